#!/usr/bin/env node
// Runs a command with the project's own Node.js, pnpm and installed packages, so that a machine with any
// Node.js 20+ and npm needs nothing else. Plain JavaScript without dependencies: it runs before anything is installed.
//
//   node scripts/with-toolchain.mjs [--no-install] <command> [arguments…]
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";

const NODE = "24.21.0";
const PNPM = "12.21.0";

const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const cache = process.env.FROUSSARD_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "froussard");

/** @param {string} message */
function fail(message) {
  console.error(`froussard: ${message}`);
  process.exit(1);
}

/** The folder that holds Node.js and pnpm, installed on first use; concurrent first uses do not disturb each other. */
function toolchain() {
  const folder = join(cache, "toolchain", `node-${NODE}-pnpm-${PNPM}`);
  if (existsSync(join(folder, "complete"))) return folder;
  console.error(`froussard: installing Node.js ${NODE} and pnpm ${PNPM} into ${folder} (once)`);
  mkdirSync(join(cache, "toolchain"), { recursive: true });
  const fresh = mkdtempSync(join(cache, "toolchain", "new-"));
  const flags = ["--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error", "--prefix", fresh];
  const installed = spawnSync("npm", ["install", ...flags, `node@${NODE}`, `pnpm@${PNPM}`], { stdio: "inherit" });
  const binary = join(fresh, "node_modules", "node", "bin", "node");
  if (installed.error) fail(`npm could not be started (${installed.error.message}); install npm and try again`);
  if (installed.status !== 0 || !existsSync(binary))
    fail(`npm could not install node@${NODE} and pnpm@${PNPM}; see its message above, then run the command again`);
  writeFileSync(join(fresh, "complete"), "");
  try {
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(join(folder, "complete"))) throw error;
  }
  return folder;
}

/** @param {NodeJS.ProcessEnv} env */
function installPackages(env) {
  const hash = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"])
    hash.update(readFileSync(join(root, file)));
  const wanted = hash.digest("hex");
  const stamp = join(root, "node_modules", ".installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("froussard: installing packages");
  const installed = spawnSync("pnpm", ["install", "--frozen-lockfile", "--reporter=append-only"], {
    cwd: root,
    env,
    // stdout belongs to the command that follows (it may be read by a program).
    stdio: ["ignore", 2, "inherit"],
  });
  if (installed.status !== 0) fail("pnpm install failed; see its message above, then run the command again");
  writeFileSync(stamp, wanted);
}

const args = process.argv.slice(2);
const install = args[0] !== "--no-install";
const [command, ...rest] = install ? args : args.slice(1);
if (!command) fail("usage: node scripts/with-toolchain.mjs [--no-install] <command> [arguments…]");
if (Number(process.versions.node.split(".")[0]) < 20)
  fail(`Node.js ${process.versions.node} is too old; install Node.js 20 or newer`);

const folder = toolchain();
const bins = [
  join(folder, "node_modules", "node", "bin"),
  join(folder, "node_modules", ".bin"),
  join(root, "node_modules", ".bin"),
];
const env = { ...process.env, PATH: [...bins, process.env.PATH ?? ""].join(delimiter) };
if (install) installPackages(env);

// The command decides when to end: a terminal's Ctrl-C reaches it anyway, other signals are passed on.
const child = spawn(command, rest, { env, stdio: "inherit" });
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => fail(`${command} could not be started: ${error.message}`));
child.on("exit", (code, signal) => {
  if (!signal) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
