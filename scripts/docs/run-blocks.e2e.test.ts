import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { markOf, shellBlocks } from "./block-mark.ts";
import { type CleanCopy, cleanCopy } from "./clean-copy.ts";
import { documentation } from "./documentation.ts";

/** Blocks without a mark, by page: each page's are run one after the other, as a reader does. */
const pages = documentation()
  .map((page) => ({ path: page.path, blocks: shellBlocks(page).filter((block) => markOf(block).kind === "run") }))
  .filter(({ blocks }) => blocks.length > 0);

test("there are pages with such blocks", () => {
  expect(pages.map(({ path }) => path)).toContain("docs/installation.md");
});

describe.each(pages)("$path", ({ blocks }) => {
  let copy: CleanCopy;
  beforeAll(() => {
    copy = cleanCopy();
  });
  afterAll(() => copy.remove());

  test.each(blocks)("line $line", async ({ text }) => {
    // Where packages and the toolchain come from may stand in it.
    const env = { ...process.env, CI: "true" };
    const run = promisify(execFile)("bash", ["-euo", "pipefail", "-c", text], {
      cwd: copy.folder,
      env,
      timeout: 170_000,
    });
    await expect(run).resolves.toBeDefined();
  });
});
