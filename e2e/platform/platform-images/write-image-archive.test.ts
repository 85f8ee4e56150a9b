import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extract, list, type ReadEntry } from "tar";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PlatformImage } from "./image.ts";
import { imageHash, writeImageArchive } from "./write-image-archive.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "image-"));
  writeFileSync(join(folder, "program"), "a program");
});
afterEach(() => rmSync(folder, { recursive: true }));

const image = (): PlatformImage => ({
  name: "registry.example.org/tools/program:1",
  files: [
    { path: "bin/program", from: join(folder, "program"), mode: 0o755 },
    { path: "bin/other", linkTo: "program" },
    { path: "etc/passwd", text: "root:x:0:0::/:\n" },
  ],
  entrypoint: ["/bin/program"],
  user: "1000",
});

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

test("an archive is an OCI layout whose parts are named by what they hold", async () => {
  const archive = join(folder, "image.tar");
  await writeImageArchive(image(), archive);
  const layout = join(folder, "layout");
  mkdirSync(layout);
  await extract({ file: archive, cwd: layout });
  const json = (path: string) => JSON.parse(readFileSync(join(layout, path), "utf8"));
  const blob = ({ digest }: { digest: string }) => `blobs/sha256/${digest.replace("sha256:", "")}`;
  expect(json("oci-layout")).toEqual({ imageLayoutVersion: "1.0.0" });
  for (const name of readdirSync(join(layout, "blobs/sha256")))
    expect(sha256(readFileSync(join(layout, "blobs/sha256", name)))).toBe(name);

  const [found] = json("index.json").manifests;
  expect(found.annotations["io.containerd.image.name"]).toBe(image().name);
  const manifest = json(blob(found));
  const config = json(blob(manifest.config));
  expect(config.config).toMatchObject({ Entrypoint: ["/bin/program"], User: "1000" });
  expect(config.rootfs.diff_ids).toEqual([manifest.layers[0].digest]);

  const entries: ReadEntry[] = [];
  await list({ file: join(layout, blob(manifest.layers[0])), onReadEntry: (entry) => entries.push(entry) });
  const seen = entries.map(({ path, type, mode = 0, uid, linkpath }) => [path, type, mode & 0o7777, uid, linkpath]);
  expect(seen).toEqual([
    ["bin/", "Directory", 0o755, undefined, undefined],
    ["bin/other", "SymbolicLink", expect.anything(), undefined, "program"],
    ["bin/program", "File", 0o755, undefined, undefined],
    ["etc/", "Directory", 0o755, undefined, undefined],
    ["etc/passwd", "File", 0o644, undefined, undefined],
  ]);
  expect(readdirSync(folder).sort()).toEqual(["image.tar", "layout", "program"]);
});

test("the same files give the same bytes, whatever their age", async () => {
  await writeImageArchive(image(), join(folder, "one.tar"));
  utimesSync(join(folder, "program"), 1, 1);
  await writeImageArchive(image(), join(folder, "other.tar"));
  expect(readFileSync(join(folder, "one.tar")).equals(readFileSync(join(folder, "other.tar")))).toBe(true);
});

test("an image of other files is another", () => {
  expect(imageHash({ ...image(), user: "1001" })).not.toBe(imageHash(image()));
});

test("fails when a file is not there, and leaves nothing behind", async () => {
  rmSync(join(folder, "program"));
  await expect(writeImageArchive(image(), join(folder, "image.tar"))).rejects.toThrow("ENOENT");
  expect(readdirSync(folder)).toEqual([]);
});
