import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findCodex } from "../codex/codex-binary.ts";
import type { Bubble } from "./bubble.ts";
import { checkCodexSandbox } from "./check-codex-sandbox.ts";
import { makeBubble } from "./make-bubble.ts";

describe.skipIf(process.platform !== "linux")("Codex's own sandbox in a real bubble", () => {
  const codex = findCodex();
  let folder: string;
  let bubble: Bubble;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "codex-sandbox-"));
    bubble = await makeBubble({
      bwrap: codex.bwrap ?? "/usr/bin/bwrap",
      codex,
      node: process.execPath,
      path: process.env["PATH"] ?? "",
      folder: join(folder, "agent"),
      morePaths: [],
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("works", async () => {
    expect(await checkCodexSandbox(bubble, codex)).toBeUndefined();
  });

  test("fails with what the system says when there is no such program", async () => {
    const missing = { path: "/opt/none/codex", folder: "/opt/none" };
    expect((await checkCodexSandbox(bubble, missing))?.message).toMatch(/\/opt\/none\/codex: No such file/);
  });
});
