import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, test, vi } from "vitest";

test("what was started ends with whoever started it, also by kill -9", async () => {
  const folder = mkdtempSync(join(tmpdir(), "froussard-java-"));
  writeFileSync(join(folder, "java"), "#!/bin/sh\nexec sleep 60\n");
  chmodSync(join(folder, "java"), 0o755);
  const program = `
    import { runJava } from ${JSON.stringify(join(import.meta.dirname, "run-java.ts"))};
    const { pid } = await runJava([], ${JSON.stringify(join(folder, "log"))});
    console.log(pid);
    setInterval(() => {}, 1000);`;
  const starter = spawn(process.execPath, ["--input-type=module-typescript", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PATH: [folder, process.env["PATH"]].join(delimiter) },
  });
  const [line] = await once(starter.stdout, "data");
  const pid = Number(String(line));
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  starter.kill("SIGKILL");
  await vi.waitUntil(() => !existsSync(`/proc/${pid}`), { timeout: 10_000, interval: 10 });
  rmSync(folder, { recursive: true });
});
