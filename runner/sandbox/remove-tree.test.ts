import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { diskUse, freeDisk } from "./disk-use.ts";
import { removeTree } from "./remove-tree.ts";

const path = process.env["PATH"] ?? "";
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tree-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A folder that is deeper than any path can name. */
const deep = (place: string) =>
  execFileSync("/bin/bash", [
    "-c",
    `cd ${place}; for ((i=0; i<30; i++)); do mkdir ${"d".repeat(200)}; cd -P ./d*; done`,
  ]);

describe.skipIf(process.platform !== "linux")("removeTree", () => {
  test("removes what has no rights and what is too deep, and follows no link", async () => {
    const target = join(folder, "agent");
    mkdirSync(join(target, "none", "inner"), { recursive: true });
    writeFileSync(join(target, "none", "inner", "file"), "x");
    deep(target);
    writeFileSync(join(folder, "outside"), "stays");
    symlinkSync(join(folder, "outside"), join(target, "link"));
    execFileSync("chmod", ["-R", "000", join(target, "none")]);
    await removeTree(target, path);
    expect(existsSync(target)).toBe(false);
    expect(existsSync(join(folder, "outside"))).toBe(true);
  });

  test("what is not there is no fault", async () => {
    await removeTree(join(folder, "none"), path);
  });
});

describe.skipIf(process.platform !== "linux")("diskUse", () => {
  test("measures what lies there, sparse files by what they take, and deep ones", async () => {
    writeFileSync(join(folder, "big"), Buffer.alloc(5 << 20, 1));
    execFileSync("truncate", ["-s", "1T", join(folder, "sparse")]);
    deep(folder);
    expect(await diskUse(folder, path, 60_000)).toBeGreaterThan(5);
    expect(await diskUse(folder, path, 60_000)).toBeLessThan(20);
    const { roomMiB, files } = await freeDisk(folder);
    expect(roomMiB).toBeGreaterThan(0);
    expect(files).toBeGreaterThan(0);
    await removeTree(folder, path);
  });

  test("what cannot be counted in time is too much", async () => {
    const slow = join(folder, "bin");
    mkdirSync(slow);
    writeFileSync(join(slow, "du"), "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
    expect(await diskUse(folder, `${slow}:${path}`, 50)).toBe(Number.POSITIVE_INFINITY);
  });

  test("a folder that is not there cannot be measured", async () => {
    await expect(diskUse(join(folder, "none"), path, 60_000)).rejects.toThrow("could not be measured");
  });
});
