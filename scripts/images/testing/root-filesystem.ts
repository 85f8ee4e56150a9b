import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";

/**
 * Root filesystems out of this machine's own files, in place of the images that a build with a network starts from:
 * the Node.js that runs the tests, and of the system what that needs.
 */

/** In place of the base image: shared libraries, CA certificates, nothing that can be run. */
export function makeBase(root: string): void {
  copyLibraries(root, process.execPath);
  const certificates = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"].find(existsSync);
  if (certificates) copy(certificates, join(root, "etc/ssl/certs/ca-certificates.crt"));
  write(join(root, "etc/passwd"), "root:x:0:0::/:/sbin/nologin\nnonroot:x:65532:65532::/home/nonroot:/sbin/nologin\n");
  write(join(root, "etc/group"), "root:x:0:\nnonroot:x:65532:\n");
  makeTemporary(root);
}

/** Node.js and npm where Node.js's image has them. */
export function addNode(root: string, npm: string): void {
  copy(process.execPath, join(root, "usr/local/bin/node"));
  write(join(root, "usr/local/LICENSE"), "Node.js is licensed for use as follows: …\n");
  cpSync(npm, join(root, "usr/local/lib/node_modules/npm"), { recursive: true, dereference: true });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(root, "usr/local/bin/npm"));
}

/** In place of Node.js's image: Node.js with npm, and a shell. */
export function makeNodeBase(root: string, npm: string): void {
  addNode(root, npm);
  copyLibraries(root, process.execPath);
  for (const [name, path] of [
    ["/bin/sh", "bin/sh"],
    ["/usr/bin/env", "usr/bin/env"],
  ] as const) {
    copy(name, join(root, path));
    copyLibraries(root, name);
  }
  write(join(root, "etc/passwd"), "root:x:0:0::/root:/bin/sh\n");
  mkdirSync(join(root, "root"));
  makeTemporary(root);
}

/** Parts of the C library that are looked for by name, or by programs that are installed later. */
const loadedLater = ["librt.so.1", "libresolv.so.2", "libnss_dns.so.2", "libnss_files.so.2"];

/** The shared libraries of a program and its loader, at the paths where it looks for them. */
function copyLibraries(root: string, program: string): void {
  const { stdout, status } = spawnSync("ldd", [program], { encoding: "utf8" });
  if (status !== 0) throw new Error(`ldd cannot tell the shared libraries of ${program}`);
  const libraries = [...stdout.matchAll(/\/\S+\.so\S*/g)].map(([library]) => library);
  const system = dirname(libraries.find((library) => basename(library) === "libc.so.6") ?? "/lib");
  const later = loadedLater.map((name) => join(system, name)).filter(existsSync);
  for (const library of [...libraries, ...later]) copy(library, join(root, library));
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(realpathSync(from), to);
  if (basename(dirname(to)) === "bin") chmodSync(to, 0o755);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function makeTemporary(root: string): void {
  mkdirSync(join(root, "tmp"));
  chmodSync(join(root, "tmp"), 0o1777);
}
