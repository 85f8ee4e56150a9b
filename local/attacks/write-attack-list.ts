import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { attackList } from "./attack-list.ts";

const root = join(import.meta.dirname, "..", "..");
writeFileSync(join(root, "docs", "attacks.md"), await attackList(root));
