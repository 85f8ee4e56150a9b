import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

test("a demo whose port is in use says so, and ends", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const main = join(import.meta.dirname, "..", "main.ts");
  const demo = spawn(process.execPath, [main, "demo", "--port", String(port)], { stdio: ["ignore", "ignore", "pipe"] });
  try {
    const [said, [code]] = await Promise.all([text(demo.stderr), once(demo, "exit")]);
    expect(said).toContain(`port ${port} of 127.0.0.1 is in use: choose another one`);
    expect(code).toBe(1);
  } finally {
    demo.kill("SIGKILL");
    server.close();
  }
});
