import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const module = join(import.meta.dirname, "close-inherited-files.ts");
const show = `const { spawnSync } = await import("node:child_process");
  console.log(spawnSync("cat", ["/proc/self/fd/251"], { stdio: ["ignore", "pipe", "pipe"] }).stdout.toString() || "closed");`;

test.skipIf(process.platform !== "linux")(
  "a started program sees no file that we inherited, and Node.js goes on",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "inherited-"));
    const file = join(folder, "secret");
    writeFileSync(file, "canary");
    // Node.js itself sees to low numbers only.
    const run = (code: string) => {
      const script = 'exec 251<"$1"; shift; exec "$@"';
      const command = [process.execPath, "--input-type=module", "--eval", code];
      return execFileSync("bash", ["-c", script, "_", file, ...command], { encoding: "utf8" }).trim();
    };
    // The leak is real without it.
    expect(run(show)).toBe("canary");
    expect(run(`(await import("${module}")).closeInheritedFiles(); ${show}`)).toBe("closed");
    rmSync(folder, { recursive: true });
  },
);
