import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { type ProgressReport, paths, type RunResult, type TaskAnswer, type Work } from "../../protocol.ts";
import type { MediatorAddress } from "../mediator-address.ts";

/** Speaks the mediator's side of the protocol, for tests of the agent alone: no GitHub, no rules, no budget. */
export interface FakeMediator {
  address: MediatorAddress;
  progress: ProgressReport[];
  results: RunResult[];
  /** Bodies of everything that was sent to the model. */
  modelRequests: string[];
  /** Tunnels that were asked for: target and `Proxy-Authorization`. Each says `hello` and what it is told. */
  tunnels: { target: string | undefined; authorization: string | undefined }[];
  /** `Authorization` headers that arrived, each once. */
  bearers: Set<string>;
  close(): Promise<void>;
}

export interface FakeMediatorOptions {
  task: Work;
  /** Repository whose newest commit is sent as the working copy. */
  workspace: string;
  /** A Responses API; requests are passed through. */
  modelUrl?: string;
  socketPath?: string;
  /** Status codes that `POST /result` answers first. */
  resultStatuses?: number[];
}

export async function startFakeMediator(options: FakeMediatorOptions): Promise<FakeMediator> {
  const { task, workspace, modelUrl, socketPath, resultStatuses = [] } = options;
  const progress: ProgressReport[] = [];
  const results: RunResult[] = [];
  const modelRequests: string[] = [];
  const bearers = new Set<string>();
  const tunnels: FakeMediator["tunnels"] = [];
  const { commit, pack } = packOf(workspace);
  let answer: TaskAnswer = { ...task, baseCommit: commit };

  const server = createServer(async (incoming, outgoing) => {
    bearers.add(incoming.headers.authorization ?? "none");
    const route = `${incoming.method} ${incoming.url}`;
    const reply = (status: number, body?: unknown) =>
      outgoing.writeHead(status, { "content-type": "application/json" }).end(body && JSON.stringify(body));
    if (route === `GET ${paths.task}`) return reply(200, answer);
    if (route === `GET ${paths.workspace}`) return outgoing.end(pack);
    if (route === `POST ${paths.progress}`) {
      progress.push((await json(incoming)) as ProgressReport);
      return reply(204);
    }
    if (route === `POST ${paths.result}`) {
      const status = resultStatuses.shift() ?? 200;
      const result = (await json(incoming)) as RunResult;
      if (status === 200) {
        results.push(result);
        answer =
          result.kind === "failure"
            ? { state: "closed", outcome: "failed", code: result.code, detail: result.detail }
            : { state: "closed", outcome: "done" };
      }
      return reply(status, answer);
    }
    if (modelUrl !== undefined)
      return passOn(incoming, new URL(incoming.url ?? "/", modelUrl), modelRequests, outgoing);
    return reply(404);
  });
  server.on("connect", ({ url, headers }, client, head) => {
    client.unshift(head);
    tunnels.push({ target: url, authorization: headers["proxy-authorization"] });
    client.on("error", () => {}).write("HTTP/1.1 200 OK\r\n\r\nhello ");
    client.pipe(client);
  });
  await new Promise<void>((resolve) => {
    if (socketPath === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(socketPath, resolve);
  });
  return {
    address:
      socketPath === undefined ? { host: "127.0.0.1", port: (server.address() as AddressInfo).port } : { socketPath },
    progress,
    results,
    modelRequests,
    tunnels,
    bearers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function passOn(incoming: IncomingMessage, url: URL, seen: string[], outgoing: ServerResponse): void {
  const { host: _host, authorization: _authorization, ...headers } = incoming.headers;
  const chunks: Buffer[] = [];
  incoming
    .on("data", (chunk: Buffer) => chunks.push(chunk))
    .on("end", () => seen.push(Buffer.concat(chunks).toString()));
  const call = request(url, { method: "POST", headers }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(outgoing);
  });
  call.on("error", () => outgoing.destroy());
  incoming.pipe(call);
}

const plainGit = (folder: string, args: string[], input = "") =>
  execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.org", ...args], {
    cwd: folder,
    env: { ...process.env, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" },
    input,
  });

/** A commit, the newest unless another is named, as the mediator sends it. */
export function packOf(folder: string, commit = "HEAD"): { commit: string; pack: Buffer } {
  const id = plainGit(folder, ["rev-parse", commit]).toString("utf8").trim();
  const scratch = mkdtempSync(join(tmpdir(), "pack-"));
  const name = plainGit(folder, ["pack-objects", "-q", "--revs", join(scratch, "pack")], `${id}\n`)
    .toString()
    .trim();
  const [index, pack] = ["idx", "pack"].map((ending) => readFileSync(join(scratch, `pack-${name}.${ending}`)));
  rmSync(scratch, { recursive: true });
  const length = Buffer.alloc(4);
  length.writeUInt32BE(index?.length ?? 0);
  return { commit: id, pack: Buffer.concat([length, index ?? length, pack ?? length]) };
}

/** Bytes as a connection brings them. */
export function streamOf(...pieces: Buffer[]): Readable {
  return Readable.from(pieces, { objectMode: false });
}

/** Makes a repository of a folder's files, with one commit. */
export function commitAll(folder: string): void {
  const git = (...args: string[]) => plainGit(folder, args);
  git("init", "--quiet", "--initial-branch=main");
  mkdirSync(join(folder, ".git", "info"), { recursive: true });
  // What is committed is what lies on disk, whatever the files' attributes say.
  writeFileSync(join(folder, ".git", "info", "attributes"), "* -text -filter -ident -working-tree-encoding -eol\n");
  git("add", "--all", "--force");
  git("commit", "--quiet", "--message", "base");
}
