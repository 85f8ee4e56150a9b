import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestTree {
  [path: string]: string | Buffer | { link: string } | { executable: string } | { submodule: string };
}

export interface TestServer {
  url: string;
  folder: string;
  token: string;
  /** Answers the next request whose path and query match with this status; `lost` lets it happen and drops the answer. */
  fail(match: RegExp, status: number | "lost", times?: number): void;
  git(...args: string[]): string;
  /** Makes a commit with exactly this tree, by plumbing, so that hostile names and links are possible. */
  commit(tree: TestTree, options?: { branch?: string; parent?: string; message?: string }): string;
  close(): Promise<void>;
}

const environment = {
  PATH: process.env["PATH"] ?? "",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "someone",
  GIT_AUTHOR_EMAIL: "someone@example.org",
  GIT_COMMITTER_NAME: "someone",
  GIT_COMMITTER_EMAIL: "someone@example.org",
  GIT_AUTHOR_DATE: "1700000000 +0000",
  GIT_COMMITTER_DATE: "1700000000 +0000",
};

/** A bare repository behind `git http-backend` that wants a token for everything: for tests of git alone. */
export async function startTestServer(): Promise<TestServer> {
  const root = mkdtempSync(join(tmpdir(), "git-server-"));
  const folder = join(root, "repo.git");
  const run = (args: string[], input?: string | Buffer, env: Record<string, string> = {}) =>
    execFileSync("git", ["-c", "core.protectNTFS=false", ...args], {
      input: input ?? "",
      env: { ...environment, GIT_DIR: folder, ...env },
      encoding: "utf8",
      stdio: ["pipe", "pipe", "pipe"],
    }).trim();
  run(["init", "--quiet", "--bare", "--initial-branch=main"]);
  run(["config", "http.receivepack", "true"]);
  run(["config", "uploadpack.allowAnySHA1InWant", "true"]);
  const token = "ghp_secretOfThisTest0123456789";
  const faults: { match: RegExp; status: number | "lost"; times: number }[] = [];

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://test");
    const fault = faults.find(({ match, times }) => times > 0 && match.test(request.url ?? ""));
    const expected = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="GitHub"' }).end("Bad credentials\n");
      return;
    }
    if (fault) fault.times--;
    if (fault && fault.status !== "lost") {
      response.writeHead(fault.status, { "content-type": "text/plain" }).end("injected\n");
      return;
    }
    const backend = spawn("git", ["http-backend"], {
      env: {
        ...environment,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? "GET",
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        HTTP_CONTENT_ENCODING: String(request.headers["content-encoding"] ?? ""),
        GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
        REMOTE_USER: "tester",
      },
    });
    backend.stdin.on("error", () => {});
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    backend.on("close", () => {
      if (fault) return void request.socket.destroy();
      const output = Buffer.concat(chunks);
      const end = output.indexOf("\r\n\r\n");
      const headers = output.subarray(0, end).toString("latin1").split("\r\n");
      const status = headers.find((line) => line.startsWith("Status:"))?.slice(8, 11) ?? "200";
      for (const line of headers) {
        const [name = "", value = ""] = line.split(/: (.*)/s);
        if (name !== "Status") response.setHeader(name, value);
      }
      response.writeHead(Number(status)).end(output.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/repo.git`,
    folder,
    token,
    fail: (match, status, times = 1) => void faults.push({ match, status, times }),
    git: (...args) => run(args),
    commit(tree, { branch = "main", parent, message = "base" } = {}) {
      const index = { GIT_INDEX_FILE: join(root, `index-${Math.random()}`) };
      const lines = Object.entries(tree).map(([path, entry]) => {
        const blob = (content: string | Buffer) => run(["hash-object", "-w", "--stdin", "--no-filters"], content);
        if (typeof entry === "string" || Buffer.isBuffer(entry)) return `100644 ${blob(entry)}\t${path}\0`;
        if ("link" in entry) return `120000 ${blob(entry.link)}\t${path}\0`;
        if ("submodule" in entry) return `160000 ${entry.submodule}\t${path}\0`;
        return `100755 ${blob(entry.executable)}\t${path}\0`;
      });
      run(["update-index", "-z", "--index-info"], Buffer.from(lines.join(""), "latin1"), index);
      const parents = parent ? ["-p", parent] : [];
      const commit = run(["commit-tree", run(["write-tree"], "", index), ...parents, "-m", message]);
      run(["update-ref", `refs/heads/${branch}`, commit]);
      return commit;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(root, { recursive: true, force: true });
    },
  };
}
