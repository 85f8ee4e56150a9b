import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { Command, InvalidArgumentError } from "commander";
import { readChangelog } from "./changelog.ts";
import { filesOf, releaseFaults } from "./release-faults.ts";
import { versionPlaces, withVersion } from "./version-places.ts";

const root = join(import.meta.dirname, "..", "..");

const program = new Command("release")
  .description("The version stands in the root package.json; everything else follows it (docs/release.md).")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
program
  .command("check")
  .description("say what does not agree about the version; exit code 1 when something does not")
  .action(() => {
    const faults = releaseFaults(root);
    for (const fault of faults) console.error(`froussard: ${fault}`);
    if (faults.length === 0) console.log("everything agrees about the version");
    process.exitCode = faults.length === 0 ? 0 : 1;
  });
program
  .command("set")
  .description("write a version wherever it stands; then run npm run synth")
  .argument("<version>", "1.2.3 or 1.2.3-rc.1", (text) => {
    if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(text)) throw new InvalidArgumentError(`"${text}" is not a version.`);
    return text;
  })
  .action((version: string) => {
    const own = { files: "package.json", pattern: /^ {2}"version": "(?<version>[^"]+)",$/gm };
    for (const place of [own, ...versionPlaces])
      for (const path of filesOf(root, place.files)) {
        const file = join(root, path);
        writeFileSync(file, withVersion(readFileSync(file, "utf8"), place, version));
      }
    console.log(`everything says ${version}; now: npm run synth, and the entry in CHANGELOG.md`);
  });
program
  .command("notes")
  .description("print what the changelog says of the version, for the release's page")
  .action(() => {
    const { version }: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const entry = readChangelog(readFileSync(join(root, "CHANGELOG.md"), "utf8")).find(({ name }) => name === version);
    if (!entry) return program.error(`froussard: CHANGELOG.md has no entry for ${version}`, { exitCode: 1 });
    console.log(entry.text);
  });
await program.parseAsync();
