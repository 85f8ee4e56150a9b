import { writeFileSync } from "node:fs";
import { findCodex } from "../../codex-binary.ts";
import { contractFile } from "./contract-file.ts";
import { recordContract } from "./record-contract.ts";

/** `node runner/codex/contract/testing/main.ts`: records the installed Codex anew; what changed is then seen in the diff. */
writeFileSync(contractFile, `${JSON.stringify(await recordContract(findCodex().path), null, 2)}\n`);
console.log(`wrote ${contractFile}`);
