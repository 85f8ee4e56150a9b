import type { Hono } from "hono";
import { z } from "zod";
import { demand } from "../access.ts";
import { editIssue } from "../actions/issues.ts";
import { isPull, openPullRequest, type PullIssue, pullsOf } from "../actions/pulls.ts";
import { notFound } from "../errors.ts";
import { log, patchText } from "../git/history.ts";
import { presentCommit } from "../present/commit.ts";
import { presentFile, presentPull, presentPullSimple, pullFiles } from "../present/pull.ts";
import type { Repository } from "../store/records.ts";
import {
  type Backend,
  type Env,
  issueParam,
  nullableText,
  paginate,
  type RestContext,
  readBody,
  text,
} from "./context.ts";

const newPull = z.object({
  title: text,
  head: text,
  base: text,
  body: nullableText,
  draft: z.boolean().optional(),
  maintainer_can_modify: z.boolean().optional(),
});
const pullEdit = z.object({
  title: text.optional(),
  body: nullableText,
  state: z.enum(["open", "closed"]).optional(),
});

export function pullRoutes(app: Hono<Env>, backend: Backend): void {
  const { store } = backend;
  const readable = (c: RestContext): Repository => {
    const repository = c.get("repository");
    demand(repository, c.get("viewer"), { permission: "pull_requests", level: "read", role: "read" });
    return repository;
  };
  const pullParam = (c: RestContext): PullIssue => {
    readable(c);
    const issue = issueParam(c, backend);
    if (!isPull(issue)) throw notFound();
    return issue;
  };

  app.get("/repos/:owner/:repo/pulls", (c) => {
    const pulls = paginate(c, backend, filterPulls(c, pullsOf(readable(c))));
    return c.json(pulls.map((issue) => presentPullSimple(store, issue, c.get("viewer").user)));
  });

  app.post("/repos/:owner/:repo/pulls", async (c) => {
    const { title, body, head, base, draft } = await readBody(c, newPull);
    const input = { title, head, base, body: body ?? null, draft: draft ?? false };
    const issue = await openPullRequest(store, c.get("viewer"), c.get("repository"), input);
    const shown = await presentPull(store, issue, c.get("viewer").user);
    return c.json(shown, 201, { location: shown.url });
  });

  app.get("/repos/:owner/:repo/pulls/:number", async (c) => {
    const issue = pullParam(c);
    const { folder } = issue.repository;
    if (/\.(diff|patch)\b/.test(c.req.header("accept") ?? "")) {
      return c.text(await patchText(folder, `${issue.pull.baseSha}...${issue.pull.headSha}`));
    }
    return c.json(await presentPull(store, issue, c.get("viewer").user));
  });

  app.patch("/repos/:owner/:repo/pulls/:number", async (c) => {
    const issue = pullParam(c);
    const { title, body, state } = await readBody(c, pullEdit);
    editIssue(store, c.get("viewer"), issue, {
      ...(title === undefined ? {} : { title }),
      ...(body === undefined ? {} : { body }),
      ...(state === undefined ? {} : { state }),
    });
    return c.json(await presentPull(store, issue, c.get("viewer").user));
  });

  app.get("/repos/:owner/:repo/pulls/:number/files", async (c) => {
    const issue = pullParam(c);
    const files = paginate(c, backend, await pullFiles(issue));
    return c.json(files.map((file) => presentFile(store, issue, issue.pull.headSha, file)));
  });

  app.get("/repos/:owner/:repo/pulls/:number/commits", async (c) => {
    const issue = pullParam(c);
    const { repository, pull } = issue;
    const commits = await log(repository.folder, `${pull.baseSha}..${pull.headSha}`, { max: 250 });
    return c.json(paginate(c, backend, commits.reverse()).map((commit) => presentCommit(store, repository, commit)));
  });
}

function filterPulls(c: RestContext, pulls: PullIssue[]): PullIssue[] {
  const {
    state = "open",
    head,
    base,
    sort = "created",
    direction = sort === "created" ? "desc" : "asc",
  } = c.req.query();
  const value = (issue: PullIssue): number => (sort === "updated" ? issue.updatedAt : issue.createdAt);
  const sign = direction === "asc" ? 1 : -1;
  // GitHub ignores a `head` without an owner: such a filter lets everything pass.
  const matches = (issue: PullIssue): boolean =>
    !head?.includes(":") ||
    `${issue.repository.owner.login}:${issue.pull.headBranch}`.toLowerCase() === head.toLowerCase();
  return pulls
    .filter((issue) => state === "all" || issue.state === state)
    .filter((issue) => matches(issue) && (!base || issue.pull.baseBranch === base))
    .sort((a, b) => sign * (value(a) - value(b) || a.id - b.id));
}
