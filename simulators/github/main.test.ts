import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("main.ts", import.meta.url));
const start = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });

test("says where it is, serves, and ends on SIGTERM", async () => {
  const folder = await mkdtemp(join(tmpdir(), "simulator-settings-"));
  await writeFile(join(folder, "hello.txt"), "hello\n");
  const settings = {
    users: [{ login: "ada" }, { login: "robot", permissions: { issues: "write" } }],
    repositories: [
      { owner: "ada", name: "lab", from: folder, collaborators: { robot: "write" }, protectedBranches: ["main"] },
    ],
  };
  await writeFile(join(folder, "settings.json"), JSON.stringify(settings));
  const child = start("--settings", join(folder, "settings.json"));
  if (!child.stdout) throw new Error("no output to read");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const ready = JSON.parse(line) as { apiUrl: string; users: { login: string; token: string }[] };
  const answer = await fetch(`${ready.apiUrl}/repos/ada/lab/contents/hello.txt`, {
    headers: { authorization: `bearer ${ready.users[0]?.token}`, accept: "application/vnd.github.raw+json" },
  });
  expect(await answer.text()).toBe("hello\n");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
  await rm(folder, { recursive: true });
});

test("wrong settings are named all together", async () => {
  const child = start("--repository", "nonsense", "--port", "99999");
  if (!child.stderr) throw new Error("no output to read");
  const [words, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect(code).toBe(2);
  for (const part of ["port:", "users:", "repositories.0.owner:", "usage:"]) expect(words).toContain(part);
});
