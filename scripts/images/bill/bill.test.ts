import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { BundledPackage } from "../bundled-packages.ts";
import { unpackWanted } from "../image-root.ts";
import { billFaults, billUrls } from "../testing/check-bill.ts";
import { bundleBill, integrities } from "./bundle-bill.ts";
import { debianPackages } from "./debian-packages.ts";
import { imageBill } from "./image-bill.ts";

const lockFile = readFileSync(join(import.meta.dirname, "..", "..", "..", "pnpm-lock.yaml"), "utf8");
const zod = /^ {2}zod@(\S+):$/m.exec(lockFile)?.[1] ?? "";
const packages: BundledPackage[] = [
  { name: "zod", version: zod, license: "MIT", folder: "" },
  { name: "@octokit/core", version: "1.0.0", license: "(MIT OR Apache-2.0)", folder: "" },
  { name: "odd", version: "2.0.0", license: "SEE LICENSE IN x.txt", folder: "" },
];
const bill = () =>
  bundleBill({ program: { name: "froussard", version: "0.1.0" }, packages, lockFile, nodeVersion: "24.21.0" });

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "froussard-bill-"));
});
afterEach(() => rmSync(root, { recursive: true }));
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

test("a bundle's bill is valid, lists what it was given with the lock file's checksums, and is the same bytes again", async () => {
  const text = bill();
  expect(await billFaults(text)).toBeNull();
  expect(billUrls(text)).toEqual([
    `pkg:npm/%40octokit/core@1.0.0`,
    "pkg:generic/node@24.21.0",
    "pkg:npm/odd@2.0.0",
    `pkg:npm/zod@${zod}`,
  ]);
  const checksum = integrities(lockFile).get(`zod@${zod}`) ?? "";
  expect(text).toContain(Buffer.from(checksum.slice("sha512-".length), "base64").toString("hex"));
  expect(text).toContain('"expression": "(MIT OR Apache-2.0)"');
  expect(bill()).toBe(text);
});

test("a bill with a component that has no name is found invalid", async () => {
  expect(await billFaults(bill().replace('"name": "odd",', ""))).not.toBeNull();
});

test("every package of the lock file has a checksum that is read", () => {
  const named = lockFile.slice(lockFile.indexOf("\npackages:\n"), lockFile.indexOf("\nsnapshots:\n"));
  expect(integrities(lockFile).size).toBe(named.match(/^ {4}resolution: \{integrity: /gm)?.length);
});

const status = `Package: git
Status: install ok installed
Architecture: amd64
Version: 1:2.39.5-0+deb12u2
Description: fast
 more text

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1
`;

test("of Debian's packages those that are installed are read", () => {
  expect(debianPackages(status)).toEqual([{ name: "git", version: "1:2.39.5-0+deb12u2", architecture: "amd64" }]);
  expect(debianPackages("Package: tzdata\nVersion: 2025b\nArchitecture: all\n")).toHaveLength(1);
});

test("an image's bill has the bundle's packages with licences and checksums, what lies beside, and Debian's", async () => {
  write("app/sbom.cdx.json", bill());
  write(
    "app/node_modules/@openai/codex/package.json",
    '{"name":"@openai/codex","version":"1.2.3","license":"Apache-2.0"}',
  );
  write("var/lib/dpkg/status", status);
  write("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2025b-1\nArchitecture: all\n");
  write("usr/lib/os-release", 'ID=debian\nVERSION_ID="12"\n');
  const text = imageBill({ name: "codex-agent", version: "0.1.0" }, root);
  expect(await billFaults(text)).toBeNull();
  expect(billUrls(text)).toEqual([
    "pkg:npm/%40octokit/core@1.0.0",
    "pkg:npm/%40openai/codex@1.2.3",
    "pkg:deb/debian/git@1:2.39.5-0+deb12u2?arch=amd64&distro=debian-12",
    "pkg:deb/debian/tzdata@2025b-1?arch=all&distro=debian-12",
    "pkg:generic/node@24.21.0",
    "pkg:npm/odd@2.0.0",
    `pkg:npm/zod@${zod}`,
  ]);
  const licences = (from: string) => from.match(/"(id|name|expression)": "(MIT|SEE LICENSE.*|\(MIT OR .*)"/g)?.sort();
  expect(licences(text)).toEqual(licences(bill()));
  expect(text.match(/"SHA-512"/g)).toHaveLength(1);
});

test("a folder that is no image of ours is refused", () => {
  expect(() => imageBill({ name: "x", version: "1.0.0" }, root)).toThrow(/holds no app\/sbom\.cdx\.json/);
});

test("of an exported root filesystem only what is wanted is unpacked, and no link", async () => {
  write("from/app/sbom.cdx.json", bill());
  write("from/app/main.mjs", "x");
  write("from/var/lib/dpkg/status.d/git", status);
  write("from/usr/lib/os-release", "VERSION_ID=12\n");
  mkdirSync(join(root, "from/etc"));
  symlinkSync("../usr/lib/os-release", join(root, "from/etc/os-release"));
  mkdirSync(join(root, "to"));
  const { stdout } = spawnSync("tar", ["-c", "-C", join(root, "from"), "app", "var", "usr", "etc"]);
  await unpackWanted(Readable.from([stdout]), join(root, "to"));
  const { stdout: found } = spawnSync("find", [".", "!", "-type", "d"], { cwd: join(root, "to"), encoding: "utf8" });
  expect(found.trim().split("\n").sort()).toEqual([
    "./app/sbom.cdx.json",
    "./usr/lib/os-release",
    "./var/lib/dpkg/status.d/git",
  ]);
});
