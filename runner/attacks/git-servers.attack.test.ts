import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFailure } from "@froussard/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fetchWorkspace } from "../agent/fetch-workspace.ts";
import { createGitRepository } from "../git/git-repository.ts";
import { type RunGit, runGit } from "../git/run-git.ts";
import { startTestServer, type TestServer } from "../git/testing/test-server.ts";

const token = "ghp_attackedServerToken0123456789abcdefgh";
let folder: string;
const closers: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "git-attack-"));
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  rmSync(folder, { recursive: true, force: true });
});

/** A server of somebody else's; remembers whose credentials it was shown. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const seen: (string | undefined)[] = [];
  const server: Server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/repo.git`, seen };
}

const calls: Parameters<RunGit>[0][] = [];
const open = (url: string, more: object = {}) => {
  calls.length = 0;
  return createGitRepository({
    url,
    token: async () => token,
    folder: join(folder, "run"),
    retryDelays: [],
    timeLimits: { network: 3_000, local: 20_000 },
    run: (call) => {
      calls.push(call);
      return runGit(call);
    },
    ...more,
  });
};
const commit = "a".repeat(40);
const failureOf = async (promise: Promise<unknown>): Promise<RunFailure> => {
  const error = await promise.then(
    () => new Error("nothing was refused"),
    (reason: unknown) => reason,
  );
  if (error instanceof RunFailure) return error;
  throw error;
};

describe("a server that means harm does not get the token, the disk or the time", () => {
  test.each([301, 302, 307, 308])(
    "a redirect (%d) elsewhere is not followed, and the token not shown there",
    async (status) => {
      const elsewhere = await serve((_, response) =>
        response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end(),
      );
      const server = await serve((_, response) => response.writeHead(status, { location: elsewhere.url }).end());
      const git = await open(server.url);
      const failure = await failureOf(git.fetchCommit(commit));
      expect(elsewhere.seen).toEqual([]);
      expect(failure.message).not.toContain(token);
    },
  );

  test("a server that never answers is left after the time limit", async () => {
    const server = await serve(() => {});
    const git = await open(server.url);
    const before = Date.now();
    const failure = await failureOf(git.fetchCommit(commit));
    expect(failure.code).toBe("github-unavailable");
    expect(Date.now() - before).toBeLessThan(15_000);
  });

  test("a server that drips bytes for ever is left after the time limit", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/x-git-upload-pack-advertisement" });
      const timer = setInterval(() => response.write("0"), 100);
      response.once("close", () => clearInterval(timer));
    });
    const before = Date.now();
    await failureOf((await open(server.url)).fetchCommit(commit));
    expect(Date.now() - before).toBeLessThan(15_000);
  });

  test("a server that sends garbage without end fills neither disk nor memory", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/x-git-upload-pack-advertisement" });
      const chunk = Buffer.alloc(1024 ** 2, "x");
      const pour = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", pour);
      pour();
    });
    const before = process.memoryUsage().rss;
    await failureOf((await open(server.url)).fetchCommit(commit));
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 ** 2);
    expect(readdirSync(join(folder, "run", "clone.git", "objects", "pack"))).toEqual([]);
  });

  test("words of the server reach nobody with escape sequences or the token in them", async () => {
    const server = await serve((request, response) => {
      response
        .writeHead(500, { "content-type": "text/plain" })
        .end(`\u001b]0;owned\u0007 ${request.headers.authorization} ${token}`);
    });
    const failure = await failureOf((await open(server.url)).fetchCommit(commit));
    expect(`${failure.message}${failure.detail}`).not.toMatch(/[\u0000-\u0008\u001b\u007f]/);
    expect(`${failure.message}${failure.detail}`).not.toContain(token);
  });

  test("a server that asks for a password again and again is given up", async () => {
    const server = await serve((_, response) =>
      response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end(),
    );
    const failure = await failureOf((await open(server.url)).fetchCommit(commit));
    expect(failure.code).toBe("bad-credentials");
    expect(server.seen.length).toBeLessThan(10);
  });

  test.each(["ext::sh -c id", "file:///etc", "ssh://evil.example.org/x", "--upload-pack=id", "http://u:p@127.0.0.1/x"])(
    "the address %s runs nothing",
    async (url) => {
      await expect(open(url)).rejects.toThrow();
      expect(calls).toEqual([]);
    },
  );
});

describe("a repository that means harm", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
    closers.push(() => server.close());
  });
  const openHere = () => open(server.url, { token: async () => server.token });

  test.each([
    ["modules that run a program", { ".gitmodules": '[submodule "a"]\n\tpath = a\n\turl = "ext::sh -c touch% x"\n' }],
    [
      "modules with an option for an address",
      { ".gitmodules": '[submodule "a"]\n\tpath = a\n\turl = --upload-pack=touch\n' },
    ],
    [
      "modules outside of the tree",
      { ".gitmodules": '[submodule "../../x"]\n\tpath = x\n\turl = https://example.org/x\n' },
    ],
    ["modules that are a link", { ".gitmodules": { link: "x" }, x: "" }],
    ["a .git in the tree", { ".git": "gitdir: /etc\n" }],
    ["a .GIT in the tree", { ".GIT/config": "[core]\n\tfsmonitor = touch x\n" }],
  ])("%s: runs nothing, and is not the working copy's own repository", async (_, tree) => {
    const base = server.commit(tree);
    const git = await openHere();
    const [target, own] = [join(folder, "workspace"), join(folder, "own")];
    mkdirSync(own);
    // Refused, at the fetch or when the working copy is made, or plain files.
    const places = { folder: target, privateFolder: own, path: process.env["PATH"] ?? "" };
    const made = await git
      .fetchCommit(base)
      .then(() => git.packWorkspace(base))
      .then((pack) => fetchWorkspace(pack, base, places))
      .catch((error: unknown) => error);
    if (made instanceof Error) expect(existsSync(join(target, ".git", "HEAD"))).toBe(false);
    else {
      expect(readFileSync(join(target, ".git", "config"), "utf8")).not.toMatch(/fsmonitor|gitdir|submodule/);
      expect(lstatSync(join(target, ".git")).isDirectory()).toBe(true);
    }
    expect(calls.flatMap(({ args }) => args)).not.toContain("submodule");
    expect(readdirSync(folder).sort()).toEqual(
      ["own", "run", "workspace"].filter((name) => existsSync(join(folder, name))),
    );
  });

  test("an object that does not hold what its name says is not taken", async () => {
    const base = server.commit({ a: "good\n" });
    // The server sends a pack in which one byte differs.
    const proxy = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = await fetch(new URL(request.url ?? "/", server.url), {
        method: request.method ?? "GET",
        headers: Object.fromEntries(
          Object.entries(request.headers).flatMap(([name, value]) =>
            typeof value === "string" && !["host", "connection", "content-length", "transfer-encoding"].includes(name)
              ? [[name, value]]
              : [],
          ),
        ),
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const pack = bytes.indexOf("PACK");
      if (pack > 0) bytes[pack + 20] = (bytes[pack + 20] ?? 0) ^ 0xff;
      response.writeHead(answer.status, {
        "content-type": answer.headers.get("content-type") ?? "",
        "www-authenticate": 'Basic realm="x"',
      });
      response.end(bytes);
    });
    const git = await open(proxy.url, { token: async () => server.token });
    await failureOf(git.fetchCommit(base));
    await failureOf(git.packWorkspace(base));
  });

  test("the token is in no argument, in no file of the run and in no environment but the network's", async () => {
    const base = server.commit({ a: "x\n" });
    const git = await openHere();
    await git.fetchCommit(base);
    const stream = await git.packWorkspace(base);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).includes(server.token)).toBe(false);
    for (const { args, environment } of calls) {
      expect(args.join(" ")).not.toContain(server.token);
      if (!args.some((each) => ["fetch", "ls-remote", "push"].includes(each)))
        expect(JSON.stringify(environment)).not.toContain(server.token);
    }
  });

  test.each(["main", "refs/heads/main", "codex/../main", "--force", "x:main", "+codex/x"])(
    "a push to %s moves nothing",
    async (branch) => {
      const base = server.commit({ a: "x\n" });
      const git = await open(server.url, { token: async () => server.token, forbiddenBranches: ["main"] });
      await git.fetchCommit(base);
      const change = { path: "a", mode: "100644" as const, content: Buffer.from("evil").toString("base64") };
      const { commit: made } = await git.commitChanges({
        base,
        changes: [change],
        message: "x\n",
        date: "2026-01-01T00:00:00Z",
      });
      const before = server.git("for-each-ref");
      await git.push({ commit: made, branch, expected: base }).catch(() => undefined);
      expect(server.git("rev-parse", "main")).toBe(base);
      expect(
        server
          .git("for-each-ref")
          .split("\n")
          .filter((line) => !line.includes("refs/heads/refs/heads/main")),
      ).toEqual(before.split("\n"));
    },
  );
});
