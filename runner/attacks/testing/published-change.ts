import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { RunFailure } from "@froussard/contract";
import { fetchWorkspace } from "../../agent/fetch-workspace.ts";
import { findChanges } from "../../agent/find-changes.ts";
import { createGitRepository } from "../../git/git-repository.ts";
import { startTestServer, type TestServer, type TestTree } from "../../git/testing/test-server.ts";
import { createSecretSearch } from "../../mediator/secrets/secret-search.ts";
import { type Change, runResult } from "../../protocol.ts";

/** What the server has after somebody's commands were run in a working copy and their change was handed over. */
export interface Published {
  /** Branches of the server. */
  branches: string[];
  /** Mode, status and path of what the new branch changes; undefined when there is none. */
  changed: string[] | undefined;
  /** A file's bytes on the new branch, as Latin-1. */
  read(path: string): string;
  /** Why nothing was pushed. */
  failure: RunFailure | undefined;
  /** Everything that the server holds. */
  everything(): string;
}

/** Fetch, working copy, commands, changes, judgement, commit and push, with the real git; only Codex and its bubble are left out. */
export async function publishChange(
  tree: TestTree,
  attack: { commands?: string; changes?: readonly Change[]; own?: Record<string, string> },
  look: (published: Published) => void | Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "change-attack-"));
  const server = await startTestServer();
  try {
    const base = server.commit(tree);
    const failure = await push(server, base, folder, attack).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof RunFailure) return error;
        throw error;
      },
    );
    const branches = server.git("for-each-ref", "--format=%(refname:short)").split("\n");
    const changed = branches.includes("codex/x")
      ? server
          .git("diff-tree", "-r", "--no-renames", "main", "codex/x")
          .split("\n")
          .map((line) => line.replace(/^:\d+ (\d+) \S+ \S+ (\w)\t/, "$1 $2 "))
      : undefined;
    const latin1 = (bytes: string) => Buffer.from(bytes).toString("latin1");
    await look({
      branches,
      changed,
      failure,
      read: (path) => latin1(server.git("cat-file", "blob", `codex/x:${path}`)),
      everything: () => server.git("cat-file", "--batch", "--batch-all-objects", "--unordered"),
    });
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function push(
  server: TestServer,
  base: string,
  folder: string,
  { commands, changes, own = {} }: { commands?: string; changes?: readonly Change[]; own?: Record<string, string> },
): Promise<void> {
  const { url, token } = server;
  const path = process.env["PATH"] ?? "";
  const secrets = createSecretSearch(async () =>
    Object.entries({ token, ...own }).map(([name, value]) => ({ name, value })),
  );
  const git = await createGitRepository({
    url,
    token: async () => token,
    folder: join(folder, "git"),
    retryDelays: [],
    secrets,
  });
  await git.fetchCommit(base);
  const agent = join(folder, "agent");
  mkdirSync(agent);
  let found = changes ?? [];
  if (commands !== undefined) {
    const places = { folder: join(folder, "workspace"), privateFolder: agent, path };
    const workspace = await fetchWorkspace(await git.packWorkspace(base), base, places);
    await promisify(execFile)("bash", ["-c", `${commands}\ntrue`], { cwd: workspace.folder, timeout: 60_000 });
    found = await findChanges(workspace, path);
  }
  // As it goes over the wire.
  const sent = runResult.safeParse(JSON.parse(JSON.stringify({ kind: "changes", report: {}, changes: found })));
  if (!sent.success) throw new RunFailure("invalid-changes", "the protocol does not carry it");
  const result = sent.data as { changes: Change[] };
  const { commit } = await git.commitChanges({
    base,
    changes: result.changes,
    message: "x\n",
    date: "2026-01-01T00:00:00Z",
  });
  await git.push({ commit, branch: "codex/x" });
}
