import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { dirname } from "node:path";
import { canSee, hasRole, tokenAllows } from "../access.ts";
import { followPush } from "../actions/pulls.ts";
import { GitHubError } from "../errors.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Tokens } from "../http/tokens.ts";
import { fullName, type Repository, type Viewer } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { cleanGit } from "./run-git.ts";

const gitPath = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;
const serviceTimeoutMs = 120_000;

/** Whether a path belongs to git over HTTP. */
export const isGitPath = (pathname: string): boolean => gitPath.test(pathname);

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  exchange: Exchange;
  url: URL;
}

/** Answers fetch and push by `git http-backend`, after GitHub's checks of who may. */
export async function serveGit(store: Store, tokens: Tokens, call: Call): Promise<void> {
  const [, owner = "", name = "", operation = ""] = gitPath.exec(call.url.pathname) ?? [];
  const service = call.url.searchParams.get("service") ?? operation;
  const push = service === "git-receive-pack";
  let admitted: { repository: Repository; viewer: Viewer };
  try {
    const viewer = tokens.viewer(call.request.headers.authorization);
    call.exchange.login = viewer.user?.login ?? null;
    admitted = { viewer, repository: admit(store, viewer, { owner, name, push, call }) };
  } catch (error) {
    if (error instanceof GitHubError) return refuse(call, error);
    throw error;
  }
  if (call.request.method === "GET" && !call.url.searchParams.has("service")) {
    return refuse(call, new GitHubError(403, "Please upgrade your git client."));
  }
  await runBackend(admitted.repository, admitted.viewer, operation, call);
  if (operation === "git-receive-pack" && admitted.viewer.user) {
    await followPush(store, admitted.repository, admitted.viewer.user);
  }
  call.response.end();
}

function admit(
  store: Store,
  viewer: Viewer,
  { owner, name, push, call }: { owner: string; name: string; push: boolean; call: Call },
): Repository {
  const repository = store.repositoryByName(owner, name);
  if (!repository || !canSee(repository, viewer)) {
    const moved = repository ? undefined : store.repositoryByFormerName(owner, name);
    if (moved && canSee(moved, viewer)) {
      const rest = call.url.pathname.split("/").slice(3).join("/");
      const location = `${store.url}/${fullName(moved)}.git/${rest}${call.url.search}`;
      throw new GitHubError(301, "Moved Permanently", { headers: { location } });
    }
    if (!viewer.user) throw new GitHubError(401, "Repository not found.");
    throw new GitHubError(404, "Repository not found.");
  }
  if (!push) {
    if (!tokenAllows(repository, viewer, "contents", "read"))
      throw new GitHubError(403, "Write access to repository not granted.");
    return repository;
  }
  if (!viewer.user) throw new GitHubError(401, "No anonymous write access.");
  if (repository.archived) throw new GitHubError(403, "This repository was archived so it is read-only.");
  if (!hasRole(repository, viewer.user, "write")) {
    throw new GitHubError(403, `Permission to ${fullName(repository)}.git denied to ${viewer.user.login}.`);
  }
  if (!tokenAllows(repository, viewer, "contents", "write"))
    throw new GitHubError(403, "Write access to repository not granted.");
  return repository;
}

/** In plain text, which git shows as `remote: …`. */
function refuse({ response, exchange }: Call, error: GitHubError): void {
  exchange.status = error.status;
  const words =
    error.message === "Bad credentials"
      ? "Invalid username or token. Password authentication is not supported for Git operations."
      : error.message;
  const challenge = error.status === 401 ? { "www-authenticate": 'Basic realm="GitHub"' } : {};
  response.writeHead(error.status, { "content-type": "text/plain; charset=UTF-8", ...challenge, ...error.headers });
  response.end(`${words}\n`);
}

/** Runs the CGI program and passes its answer on; leaves the response open, so that a push is followed up before its end. */
async function runBackend(
  repository: Repository,
  viewer: Viewer,
  operation: string,
  { request, response, exchange, url }: Call,
): Promise<void> {
  const { binary, env } = cleanGit();
  const folder = repository.folder;
  const child = spawn(binary, ["http-backend"], {
    timeout: serviceTimeoutMs,
    env: {
      ...env,
      GIT_PROJECT_ROOT: dirname(folder),
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: `${folder.slice(dirname(folder).length)}/${operation}`,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      CONTENT_LENGTH: request.headers["content-length"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_ADDR: "127.0.0.1",
      ...(viewer.user ? { REMOTE_USER: viewer.user.login } : {}),
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const errors: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  // The backend may close its input early, and a client may go away: the answer says the rest.
  child.stdin.on("error", () => {});
  request.on("error", () => child.kill());
  request.pipe(child.stdin);

  let head: Buffer | null = Buffer.alloc(0);
  child.stdout.on("data", (chunk: Buffer) => {
    if (head === null) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const { status, headers } = cgiHead(head.subarray(0, end).toString("latin1"));
    exchange.status = status;
    response.writeHead(status, headers);
    if (head.length > end + 4) response.write(head.subarray(end + 4));
    head = null;
  });
  await new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (head !== null) {
    exchange.status = 500;
    response.writeHead(500, { "content-type": "text/plain" });
    response.write(`git http-backend gave no answer: ${Buffer.concat(errors).toString("utf8")}\n`);
  }
}

function cgiHead(head: string): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of head.split("\r\n")) {
    const at = line.indexOf(":");
    const name = line.slice(0, at).toLowerCase();
    const value = line.slice(at + 1).trim();
    if (name === "status") status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return { status, headers };
}
