import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Command } from "commander";
import { failuresOf, testReport } from "./test-report.ts";

/** Runs everything a change must pass, in order of speed, and ends with one line `N passed, N failed`. */
const program = new Command("test")
  .description("Format and lint, types, then every test. Arguments after -- go to vitest (a path, -t <name>, …).")
  .option("--static", "only format, lint and types")
  .option("--e2e", "only the slow suites (*.e2e.test.ts): the whole pipeline as processes, with kills")
  .option("--attacks", "only the attack suite (*.attack.test.ts): hostile models, texts and repositories, real Codex")
  .option("--platform", "only the checks of dist/ with the platform's own code (*.platform.test.ts; needs Go)")
  .option(
    "--cluster",
    "only the suite on the real platform (*.cluster.test.ts; `npm run e2e` brings it up and runs this)",
  )
  .argument("[vitest...]", "arguments for vitest")
  .parse();
const options = program.opts<{
  static?: boolean;
  e2e?: boolean;
  attacks?: boolean;
  platform?: boolean;
  cluster?: boolean;
}>();
/** The suite that was asked for by name, besides the everyday one. */
const slow = (["e2e", "attacks", "platform", "cluster"] as const).find((name) => options[name]);

let passed = 0;
let failed = 0;
/** What failed, a line each: said once more at the end, for who sees only that. */
const failures: string[] = [];
/** Tests that need a tool which is not here, by what to do about it. */
const notRun = new Map<string, number>();

const root = join(import.meta.dirname, "..");

function run(command: string, args: string[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", cwd: root });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code === 0));
  });
}

async function check(name: string, command: string, args: string[]): Promise<void> {
  const started = performance.now();
  const ok = await run(command, args);
  if (ok) passed++;
  else {
    failed++;
    failures.push(name);
  }
  console.log(`${ok ? "ok" : "not ok"} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

if (slow === undefined) {
  await check("format and lint", "biome", [
    "ci",
    "--error-on-warnings",
    ...(process.stdout.isTTY ? [] : ["--colors=off"]),
    ".",
  ]);
  await check("types", "tsc", ["-p", "."]);
}

if (!options.static) {
  const folder = mkdtempSync(join(tmpdir(), "froussard-test-"));
  const report = join(folder, "report.json");
  const ok = await run("vitest", [
    "run",
    ...(slow === undefined ? [] : ["--config", `vitest.${slow}.config.ts`]),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...program.args,
  ]);
  try {
    const results = testReport.parse(JSON.parse(readFileSync(report, "utf8")));
    const { numPassedTests, numFailedTests, testResults } = results;
    const named = failuresOf(results, root);
    failures.push(...named);
    if (!ok && named.length === 0) failures.push("vitest ended with an error that is no test's; it stands above");
    for (const { fullName } of testResults.flatMap(({ assertionResults }) => assertionResults)) {
      // The mark that describeWith (service/testing/needs-tools.ts) leaves on a suite whose tools are missing.
      const reason = /\[not run: (.+?)\]/.exec(fullName)?.[1];
      if (reason !== undefined) notRun.set(reason, (notRun.get(reason) ?? 0) + 1);
    }
    passed += numPassedTests;
    // A file that cannot even be loaded, or an unhandled error, has no failed test of its own.
    failed += ok ? numFailedTests : Math.max(numFailedTests, 1);
  } catch (error) {
    failures.push(`vitest left no report that can be read: ${error instanceof Error ? error.message : error}`);
    failed++;
  }
  rmSync(folder, { recursive: true });
}

if (notRun.size > 0) console.log("");
for (const [reason, count] of notRun) console.log(`not run: ${count} tests, ${reason}`);
if (failures.length > 0) console.log("");
for (const failure of failures) console.log(`FAIL ${failure}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
