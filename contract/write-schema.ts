import { writeFileSync } from "node:fs";
import { taskJsonSchema } from "./json-schema.ts";

writeFileSync(new URL("../docs/task.schema.json", import.meta.url), taskJsonSchema());
