import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";

/** Installs Debian packages where that needs nobody: as root, on Debian. Elsewhere the suite says what to install. */
export function installPackages(packages: readonly string[]): void {
  if (packages.length === 0 || process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return;
  console.error(`froussard: installing ${packages.join(" and ")} with apt-get (once)`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
    const { status, stderr, error } = spawnSync("apt-get", ["-qq", ...args], {
      env,
      encoding: "utf8",
      timeout: 600_000,
    });
    if (status !== 0) console.error(`froussard: apt-get ${args.join(" ")} failed: ${error?.message ?? stderr.trim()}`);
  }
}
