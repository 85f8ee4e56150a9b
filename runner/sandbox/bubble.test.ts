import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { findCodex } from "../codex/codex-binary.ts";
import { type Bubble, bubbleArguments, inBubble } from "./bubble.ts";
import { checkBubble } from "./check-bubble.ts";
import { makeBubble } from "./make-bubble.ts";

const bubble: Bubble = {
  bwrap: "/opt/bwrap",
  system: [
    { source: "/usr", destination: "/usr" },
    { link: "/bin", target: "usr/bin" },
  ],
  readable: [{ source: "/machine/node", destination: inBubble.node }],
  workspace: "/state/workspace",
  temporary: "/state/tmp",
  codexHome: "/state/codex",
  socket: "/state/mediator.sock",
};

describe("bubbleArguments", () => {
  test("everything is unshared, nothing is writable but the three folders and the socket", () => {
    const args = bubbleArguments(bubble, ["run", "me"]);
    expect(args.slice(0, 3)).toEqual(["--unshare-all", "--die-with-parent", "--new-session"]);
    expect(args.slice(-3)).toEqual(["--", "run", "me"]);
    expect(args).not.toContain("--share-net");
    const writable = args.flatMap((arg, index) => (arg === "--bind" ? [[args[index + 1], args[index + 2]]] : []));
    expect(writable).toEqual([
      ["/state/tmp", "/tmp"],
      ["/state/workspace", "/workspace"],
      ["/state/codex", "/run/codex"],
      ["/state/mediator.sock", "/run/mediator.sock"],
    ]);
  });

  test("holds no environment: arguments can be read by every user of the machine", () => {
    expect(bubbleArguments(bubble, []).join(" ")).not.toMatch(/setenv/);
  });
});

describe.skipIf(process.platform !== "linux")("a real bubble", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  async function makeReal(morePaths: string[] = []) {
    const folder = mkdtempSync(join(tmpdir(), "bubble-"));
    folders.push(folder);
    const codex = findCodex();
    const made = await makeBubble({
      bwrap: codex.bwrap ?? "/usr/bin/bwrap",
      codex,
      node: process.execPath,
      path: process.env["PATH"] ?? "",
      folder: join(folder, "agent"),
      morePaths,
    });
    return {
      made,
      run: (...command: string[]) => execFileSync(made.bwrap, bubbleArguments(made, command), { encoding: "utf8" }),
    };
  }

  test("can be made, and holds only what the agent needs", async () => {
    const { made, run } = await makeReal();
    expect(await checkBubble(made)).toBeUndefined();
    expect(run("ls", "-A", "/home/agent", "/workspace", "/tmp").trim()).toBe("/home/agent:\n\n/tmp:\n\n/workspace:");
    expect(run("ls", "/").trim().split("\n")).not.toEqual(expect.arrayContaining(["root"]));
    const code = run("ls", "-A", inBubble.code).trim().split("\n");
    expect(code.sort()).toEqual(["contract", "github", "node_modules", "runner"]);
  });

  test("shows no dot file that lies beside the code", async () => {
    const { made, run } = await makeReal();
    const hidden = readdirSync(join(import.meta.dirname, "..")).filter((name) => name.startsWith("."));
    const seen = run("ls", "-A", `${inBubble.code}/runner`).trim().split("\n");
    expect(seen).toContain("protocol.ts");
    expect(seen.filter((name) => name.startsWith(".") || hidden.includes(name))).toEqual([]);
    expect(made.readable.map(({ source }) => source)).not.toContain(join(import.meta.dirname, "..", ".."));
  });

  test("shows what the operator lets it read, read-only", async () => {
    const extra = mkdtempSync(join(tmpdir(), "readable-"));
    folders.push(extra);
    writeFileSync(join(extra, "tool"), "here");
    const { run } = await makeReal([extra]);
    expect(run("cat", join(extra, "tool"))).toBe("here");
    expect(run("sh", "-c", `echo x 2>&1 > ${extra}/tool || echo refused`)).toMatch(/refused/);
  });

  test("fails when a readable path does not exist", async () => {
    await expect(makeReal(["/does/not/exist"])).rejects.toThrow("correct CODEX_READABLE_PATHS");
  });

  test("a bubblewrap that does not work is explained", async () => {
    const { made } = await makeReal();
    const problem = await checkBubble({ ...made, bwrap: "/bin/false" });
    expect(problem).toContain("the agent's sandbox cannot be made (it ended with 1)");
  });

  test("a check that was killed proves nothing: it is no fault of the machine", async () => {
    const { made } = await makeReal();
    const killed = join(mkdtempSync(join(tmpdir(), "bubble-")), "bwrap");
    writeFileSync(killed, "#!/bin/sh\nkill -9 $$\n", { mode: 0o755 });
    await expect(checkBubble({ ...made, bwrap: killed })).rejects.toMatchObject({ code: "agent-lost" });
    writeFileSync(killed, "#!/bin/sh\nexit 137\n");
    await expect(checkBubble({ ...made, bwrap: killed })).rejects.toMatchObject({ code: "agent-lost" });
  });
});
