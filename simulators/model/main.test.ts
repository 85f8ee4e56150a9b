import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("main.ts", import.meta.url));

test("says where it is in one line of JSON, and ends cleanly on SIGTERM", async () => {
  const child = spawn(process.execPath, [program, "--pace", "1"], {
    env: { MODEL_API_KEY: "sk-demo" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const { url } = JSON.parse(line);
  expect((await fetch(`${url}/v1/responses`, { method: "POST" })).status).toBe(401);
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("fails on wrong settings, all named together", async () => {
  const child = spawn(process.execPath, [program, "--pace", "fast"], {
    env: { MODEL_PORT: "99999", MODEL_API_KEY: "" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text) => said.push(text));
  expect(await once(child, "close")).toEqual([1, null]);
  expect(said.join("")).toMatch(/MODEL_PORT is "99999"[\s\S]*--pace is "fast"[\s\S]*MODEL_API_KEY is empty/);
});
