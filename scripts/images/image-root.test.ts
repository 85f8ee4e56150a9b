import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { withImageRoot } from "./image-root.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "froussard-builder-"));
  mkdirSync(join(folder, "root/app"), { recursive: true });
  writeFileSync(join(folder, "root/app/sbom.cdx.json"), "{}");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A program of that name that notes what it is asked, in place of a builder that has the image. */
function standIn(name: string, answers: string): void {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho "$@" >> ${folder}/asked\ncase "$1" in\n${answers}\nesac\n`);
  chmodSync(file, 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"]}`);
}
const asked = () => readFileSync(join(folder, "asked"), "utf8").trim().split("\n");
const read = (root: string) => readFileSync(join(root, "app/sbom.cdx.json"), "utf8");

test("docker and podman export a container of the image, which is taken away again", async () => {
  standIn("docker", `create) echo c1;;\nexport) tar -c -C ${folder}/root app;;`);
  let unpacked = "";
  const answer = await withImageRoot("docker", "an/image:1", (root) => {
    unpacked = root;
    return read(root);
  });
  expect(answer).toBe("{}");
  expect(asked()).toEqual(["create an/image:1", "export c1", "rm c1"]);
  expect(existsSync(unpacked)).toBe(false);
});

test("buildah mounts one", async () => {
  standIn("buildah", `from) echo c2;;\nmount) echo ${folder}/root;;`);
  expect(await withImageRoot("buildah", "an/image:1", read)).toBe("{}");
  expect(asked()).toEqual(["from --pull-never an/image:1", "mount c2", "rm c2"]);
});

test.each([
  ["create", "create) echo no such image >&2; exit 125;;", /docker create an\/image:1: no such image/],
  ["export", "create) echo c1;;\nexport) exit 3;;", /docker export c1 ended with 3|TAR_BAD_ARCHIVE|zlib|Unrecognized/],
])("a failure to %s is told", async (_, answers, words) => {
  standIn("docker", answers);
  await expect(withImageRoot("docker", "an/image:1", read)).rejects.toThrow(words);
});
