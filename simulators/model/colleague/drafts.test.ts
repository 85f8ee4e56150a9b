import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Project } from "./job.ts";
import { chosen } from "./plan.ts";
import { recogniseJobs } from "./recognise-jobs.ts";

const sample = fileURLToPath(new URL("../../sample-project/", import.meta.url));
let folder: string;
let project: Project;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "drafts-"));
  const entries = await readdir(sample, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(sample.length));
  project = {
    paths,
    texts: new Map(
      await Promise.all(paths.map(async (path) => [path, await readFile(join(sample, path), "utf8")] as const)),
    ),
  };
});
afterAll(() => rm(folder, { recursive: true }));

const passes = (cwd: string) =>
  promisify(execFile)(process.execPath, ["--test"], { cwd, env: { PATH: process.env["PATH"] } }).then(
    () => true,
    () => false,
  );

test.concurrent.each<[title: string, body: string, paths: string[], passes: boolean]>([
  [
    "Rename `toText` to `formatQuantity`",
    "",
    ["CHANGELOG.md", "README.md", "src/cli.js", "src/index.js", "src/to-text.js", "test/to-text.test.js"],
    true,
  ],
  ["Fix the typo teh", "", ["README.md"], true],
  [
    "Add a function `milesToFeet(miles)` that returns `miles * 5280`",
    "`milesToFeet(2)` returns `10560`",
    ["CHANGELOG.md", "README.md", "src/index.js", "src/miles-to-feet.js", "test/miles-to-feet.test.js"],
    true,
  ],
  [
    "Add a function `half(n)` to `src/convert.js` that halves n",
    "`half(2)` → `3`",
    ["CHANGELOG.md", "README.md", "src/convert.js", "src/index.js", "test/half.test.js"],
    false,
  ],
  ["Add an option `--json`", "", ["CHANGELOG.md", "README.md", "src/options.js", "test/option-json.test.js"], true],
  [
    "Add an option `--suffix` printed after the result",
    "",
    ["CHANGELOG.md", "README.md", "src/options.js", "test/option-suffix.test.js"],
    true,
  ],
  [
    "Add an option `--whole-number` that rounds",
    "",
    ["CHANGELOG.md", "README.md", "src/options.js", "test/option-whole-number.test.js"],
    true,
  ],
  ["Change the default precision to 3", "", ["CHANGELOG.md", "README.md", "src/to-text.js"], true],
  ["`separator` should default to `_`", "", ["CHANGELOG.md", "README.md", "src/to-text.js"], false],
  ['Add a section "Security" to the README', "```\nMail us.\n```", ["README.md"], true],
  ["Temperatures are slow", "", ["CHANGELOG.md"], true],
])("%s", async (title, body, paths, good) => {
  const { draft } = chosen(recogniseJobs({ "issue-title": title, "issue-body": body }), project);
  expect(draft.changes.map((change) => change.path).sort()).toEqual(paths);
  const copy = await mkdtemp(join(folder, "copy-"));
  await cp(sample, copy, { recursive: true });
  for (const change of draft.changes) {
    await mkdir(dirname(join(copy, change.path)), { recursive: true });
    await writeFile(join(copy, change.path), change.after ?? "");
  }
  expect(await passes(copy)).toBe(good);
});

test("what the project has no place for falls to the next job, in the end to a note", () => {
  const { job } = chosen(recogniseJobs({ "issue-title": "Rename `nowhere` to `somewhere`" }), project);
  expect(job.title).toBe("Note the request: Rename `nowhere` to `somewhere`");
});
