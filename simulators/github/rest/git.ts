import type { Hono } from "hono";
import { demand } from "../access.ts";
import { deleteRef } from "../actions/refs.ts";
import { GitHubError, notFound } from "../errors.ts";
import { listRefs, type Ref, resolveCommit } from "../git/bare-repository.ts";
import { blob, changedFiles, countCommits, listTree, log, mergeBase, type TreeEntry } from "../git/history.ts";
import { presentCommit } from "../present/commit.ts";
import { presentFile } from "../present/pull.ts";
import { htmlUrl, repositoryUrl } from "../present/repository.ts";
import type { Repository } from "../store/records.ts";
import { type Backend, type Env, paginate, type RestContext } from "./context.ts";

function readable(c: RestContext): Repository {
  const repository = c.get("repository");
  demand(repository, c.get("viewer"), { permission: "contents", level: "read", role: "read" });
  return repository;
}

export function gitRoutes(app: Hono<Env>, backend: Backend): void {
  const { store } = backend;
  const shownRef = (repository: Repository, { name, sha, type }: Ref) => ({
    ref: name,
    node_id: `REF_kwDO${Buffer.from(name).toString("base64url")}`,
    url: `${repositoryUrl(store, repository)}/git/${name}`,
    object: { sha, type, url: `${repositoryUrl(store, repository)}/git/${type}s/${sha}` },
  });

  app.get("/repos/:owner/:repo/git/ref/:ref{.+}", async (c) => {
    const repository = readable(c);
    const refs = await listRefs(repository.folder, "");
    if (refs.length === 0) throw new GitHubError(409, "Git Repository is empty.");
    const ref = refs.find(({ name }) => name === `refs/${c.req.param("ref")}`);
    if (!ref) throw notFound();
    return c.json(shownRef(repository, ref));
  });

  app.get("/repos/:owner/:repo/git/matching-refs/:ref{.+}", async (c) => {
    const repository = readable(c);
    const refs = await listRefs(repository.folder, `refs/${c.req.param("ref")}`);
    return c.json(refs.map((ref) => shownRef(repository, ref)));
  });

  app.delete("/repos/:owner/:repo/git/refs/:ref{.+}", async (c) => {
    await deleteRef(store, c.get("viewer"), c.get("repository"), `refs/${c.req.param("ref")}`);
    return c.body(null, 204);
  });

  app.get("/repos/:owner/:repo/branches", async (c) => {
    const repository = readable(c);
    const refs = await listRefs(repository.folder, "refs/heads/");
    return c.json(paginate(c, backend, refs).map((ref) => shortBranch(repository, ref)));
  });

  const shortBranch = (repository: Repository, { name: ref, sha }: Ref) => {
    const name = ref.slice("refs/heads/".length);
    return {
      name,
      commit: { sha, url: `${repositoryUrl(store, repository)}/commits/${sha}` },
      protected: repository.protectedBranches.has(name),
    };
  };

  app.get("/repos/:owner/:repo/branches/:branch{.+}", async (c) => {
    const repository = readable(c);
    const name = c.req.param("branch");
    const sha = await resolveCommit(repository.folder, `refs/heads/${name}`);
    if (!sha) throw new GitHubError(404, "Branch not found");
    const [commit] = await log(repository.folder, sha, { max: 1 });
    if (!commit) throw notFound();
    const url = `${repositoryUrl(store, repository)}/branches/${encodeURIComponent(name)}`;
    const guarded = repository.protectedBranches.has(name);
    return c.json({
      ...shortBranch(repository, { name: `refs/heads/${name}`, sha, type: "commit" }),
      commit: presentCommit(store, repository, commit),
      _links: { self: url, html: `${htmlUrl(store, repository)}/tree/${name}` },
      protection: {
        enabled: guarded,
        required_status_checks: { enforcement_level: "off", contexts: [], checks: [] },
      },
      protection_url: `${url}/protection`,
    });
  });

  app.get("/repos/:owner/:repo/commits", async (c) => {
    const repository = readable(c);
    const revision = c.req.query("sha") ?? repository.defaultBranch;
    const sha = await resolveCommit(repository.folder, revision);
    if (!sha && !(await resolveCommit(repository.folder, repository.defaultBranch))) {
      throw new GitHubError(409, "Git Repository is empty.");
    }
    if (!sha) throw notFound();
    const path = c.req.query("path");
    const commits = await log(repository.folder, sha, { max: 1000, ...(path ? { path } : {}) });
    return c.json(paginate(c, backend, commits).map((commit) => presentCommit(store, repository, commit)));
  });

  app.get("/repos/:owner/:repo/commits/:ref{.+}", async (c) => {
    const repository = readable(c);
    const sha = await resolveCommit(repository.folder, c.req.param("ref"));
    const [commit] = sha ? await log(repository.folder, sha, { max: 1 }) : [];
    if (!commit) throw new GitHubError(422, `No commit found for SHA: ${c.req.param("ref")}`);
    const [parent] = commit.parents;
    const changes = parent ? await changedFiles(repository.folder, parent, commit.sha) : [];
    const files = changes.map((file) => presentFile(store, { repository }, commit.sha, file));
    const sum = (key: "additions" | "deletions" | "changes") => files.reduce((total, file) => total + file[key], 0);
    const stats = { additions: sum("additions"), deletions: sum("deletions"), total: sum("changes") };
    return c.json({ ...presentCommit(store, repository, commit), stats, files });
  });

  app.get("/repos/:owner/:repo/compare/:basehead{.+}", async (c) => {
    const repository = readable(c);
    const [base = "", head = ""] = c.req.param("basehead").split("...");
    const plain = (ref: string): string => ref.replace(new RegExp(`^${repository.owner.login}:`, "i"), "");
    const [from, to] = await Promise.all([
      resolveCommit(repository.folder, plain(base)),
      resolveCommit(repository.folder, plain(head)),
    ]);
    if (!from || !to) throw notFound();
    const merge = await mergeBase(repository.folder, from, to);
    if (!merge) throw new GitHubError(404, `No common ancestor between ${base} and ${head}.`);
    const [ahead_by, behind_by, commits, files, [baseCommit], [mergeCommit]] = await Promise.all([
      countCommits(repository.folder, `${from}..${to}`),
      countCommits(repository.folder, `${to}..${from}`),
      log(repository.folder, `${from}..${to}`, { max: 250 }),
      changedFiles(repository.folder, merge, to),
      log(repository.folder, from, { max: 1 }),
      log(repository.folder, merge, { max: 1 }),
    ]);
    if (!baseCommit || !mergeCommit) throw notFound();
    const url = `${repositoryUrl(store, repository)}/compare/${base}...${head}`;
    const html_url = `${htmlUrl(store, repository)}/compare/${base}...${head}`;
    const status = ahead_by ? (behind_by ? "diverged" : "ahead") : behind_by ? "behind" : "identical";
    return c.json({
      url,
      html_url,
      permalink_url: `${htmlUrl(store, repository)}/compare/${from}...${to}`,
      diff_url: `${html_url}.diff`,
      patch_url: `${html_url}.patch`,
      base_commit: presentCommit(store, repository, baseCommit),
      merge_base_commit: presentCommit(store, repository, mergeCommit),
      status,
      ahead_by,
      behind_by,
      total_commits: ahead_by,
      commits: commits.reverse().map((commit) => presentCommit(store, repository, commit)),
      files: files.map((file) => presentFile(store, { repository }, to, file)),
    });
  });

  const contents = async (c: RestContext, path: string): Promise<Response> => {
    const repository = readable(c);
    const sha = await resolveCommit(repository.folder, c.req.query("ref") ?? repository.defaultBranch);
    if (!sha) {
      const ref = c.req.query("ref");
      throw new GitHubError(404, ref ? `No commit found for the ref ${ref}` : "This repository is empty.");
    }
    const shown = (entry: TreeEntry) => presentEntry(backend, repository, sha, entry);
    if (path === "") return c.json((await listTree(repository.folder, sha, "")).map(shown));
    const [entry] = await listTree(repository.folder, sha, path);
    if (!entry) throw notFound();
    if (entry.type === "tree") return c.json((await listTree(repository.folder, sha, `${path}/`)).map(shown));
    if (entry.type === "commit") return c.json(shown(entry));
    const bytes = await blob(repository.folder, entry.sha);
    if (c.req.header("accept")?.includes("raw")) {
      return c.body(new Uint8Array(bytes), 200, { "content-type": "application/vnd.github.raw; charset=utf-8" });
    }
    const content = bytes.toString("base64").replaceAll(/.{60}/g, "$&\n");
    return c.json({
      ...shown(entry),
      content: content === "" || content.endsWith("\n") ? content : `${content}\n`,
      encoding: "base64",
    });
  };
  app.get("/repos/:owner/:repo/contents", (c) => contents(c, ""));
  app.get("/repos/:owner/:repo/contents/:path{.*}", (c) => contents(c, c.req.param("path").replace(/\/+$/, "")));
}

function presentEntry({ store }: Backend, repository: Repository, sha: string, entry: TreeEntry) {
  const path = entry.path.split("/").map(encodeURIComponent).join("/");
  const url = `${repositoryUrl(store, repository)}/contents/${path}?ref=${sha}`;
  const git_url = `${repositoryUrl(store, repository)}/git/${entry.type === "tree" ? "trees" : "blobs"}/${entry.sha}`;
  const html_url = `${htmlUrl(store, repository)}/${entry.type === "tree" ? "tree" : "blob"}/${sha}/${path}`;
  const type = entry.type === "tree" ? "dir" : entry.mode === "120000" ? "symlink" : "file";
  return {
    name: entry.path.split("/").at(-1) ?? "",
    path: entry.path,
    sha: entry.sha,
    size: entry.size,
    url,
    html_url,
    git_url,
    download_url: type === "dir" ? null : `${htmlUrl(store, repository)}/raw/${sha}/${path}`,
    type,
    _links: { self: url, git: git_url, html: html_url },
  };
}
