import { cpSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { findCodex } from "../../runner/codex/codex-binary.ts";

/**
 * Copies the Codex that the lock file names, for this platform, to where the bundled runner looks for it:
 *
 *   node scripts/images/copy-codex.ts <folder of packages>
 */
const { positionals } = parseArgs({ allowPositionals: true });
const [folder] = positionals;
if (!folder || positionals.length > 1) throw new Error("usage: node scripts/images/copy-codex.ts <folder of packages>");

const runner = createRequire(join(import.meta.dirname, "..", "..", "runner", "package.json"));
const main = runner.resolve("@openai/codex/package.json");
const platform = createRequire(main).resolve(`@openai/codex-${process.platform}-${process.arch}/package.json`);
const program = findCodex().path;
if (relative(dirname(platform), program).startsWith("..")) throw new Error(`${program} is not of ${platform}`);

const packages = join(folder, "@openai");
// The wrapper that npm would start is of no use: the runner starts the program itself.
cpSync(main, join(packages, "codex", "package.json"));
cpSync(dirname(platform), join(packages, `codex-${process.platform}-${process.arch}`), {
  recursive: true,
  preserveTimestamps: true,
});
