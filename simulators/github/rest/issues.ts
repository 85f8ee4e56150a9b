import type { Hono } from "hono";
import { z } from "zod";
import { demand, hasRole, permissionFor } from "../access.ts";
import { editIssue, openIssue, setLocked } from "../actions/issues.ts";
import { setLabels } from "../actions/labels.ts";
import { closingPulls } from "../actions/pulls.ts";
import { GitHubError } from "../errors.ts";
import { presentComment, presentEvent, presentIssue } from "../present/issue.ts";
import { iso, presentUser } from "../present/user.ts";
import type { Issue } from "../store/records.ts";
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

const labelNames = z
  .array(z.union([z.string(), z.object({ name: z.string() })]))
  .transform((labels) => labels.map((label) => (typeof label === "string" ? label : label.name)));

const newIssue = z.object({
  title: z.union([text, z.number().transform(String)]),
  body: nullableText,
  labels: labelNames.optional(),
});
const issueEdit = z.object({
  title: text.optional(),
  body: nullableText,
  state: z.enum(["open", "closed"], { error: () => 'is not a member of ["open", "closed"]' }).optional(),
  state_reason: z.enum(["completed", "not_planned", "duplicate", "reopened"]).nullish(),
  labels: labelNames.optional(),
});

/** Refuses what the token may not read. */
export function demandReadable(c: RestContext, issue: Issue): Issue {
  demand(issue.repository, c.get("viewer"), { permission: permissionFor(issue), level: "read", role: "read" });
  return issue;
}

export function issueRoutes(app: Hono<Env>, backend: Backend): void {
  const { store } = backend;

  app.get("/repos/:owner/:repo/issues", (c) => {
    const repository = c.get("repository");
    demand(repository, c.get("viewer"), { permission: "issues", level: "read", role: "read" });
    const issues = filterIssues(c, [...repository.issues.values()]);
    return c.json(paginate(c, backend, issues).map((issue) => presentIssue(store, issue)));
  });

  app.post("/repos/:owner/:repo/issues", async (c) => {
    const { title, body, labels } = await readBody(c, newIssue);
    const issue = openIssue(store, c.get("viewer"), c.get("repository"), {
      title,
      body: body ?? null,
      labels: labels ?? [],
    });
    const shown = presentIssue(store, issue);
    return c.json(shown, 201, { location: shown.url });
  });

  app.get("/repos/:owner/:repo/issues/:number", (c) =>
    c.json(presentIssue(store, demandReadable(c, issueParam(c, backend)))),
  );

  app.patch("/repos/:owner/:repo/issues/:number", async (c) => {
    const issue = issueParam(c, backend);
    const edit = await readBody(c, issueEdit);
    editIssue(store, c.get("viewer"), issue, {
      ...(edit.title === undefined ? {} : { title: edit.title }),
      ...(edit.body === undefined ? {} : { body: edit.body }),
      ...(edit.state === undefined ? {} : { state: edit.state }),
      stateReason: edit.state_reason ?? null,
    });
    // Labels of those who may not set them are dropped silently, as when an issue is opened.
    if (edit.labels && hasRole(issue.repository, c.get("viewer").user, "triage")) {
      setLabels(store, c.get("viewer"), issue, edit.labels);
    }
    return c.json(presentIssue(store, issue));
  });

  app.put("/repos/:owner/:repo/issues/:number/lock", (c) => {
    setLocked(store, c.get("viewer"), issueParam(c, backend), true);
    return c.body(null, 204);
  });
  app.delete("/repos/:owner/:repo/issues/:number/lock", (c) => {
    setLocked(store, c.get("viewer"), issueParam(c, backend), false);
    return c.body(null, 204);
  });

  app.get("/repos/:owner/:repo/issues/:number/events", (c) => {
    const issue = demandReadable(c, issueParam(c, backend));
    return c.json(paginate(c, backend, issue.events).map((event) => presentEvent(store, issue, event)));
  });

  app.get("/repos/:owner/:repo/issues/:number/timeline", (c) => {
    const issue = demandReadable(c, issueParam(c, backend));
    return c.json(paginate(c, backend, timeline(backend, issue)));
  });
}

/** Applies `state`, `labels`, `creator`, `since`, `sort` and `direction`; pull requests are issues here. */
function filterIssues(c: RestContext, issues: Issue[]): Issue[] {
  const { state = "open", labels, creator, since, sort = "created", direction = "desc" } = c.req.query();
  const wanted = labels?.toLowerCase().split(",").filter(Boolean) ?? [];
  const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
  if (Number.isNaN(from)) throw new GitHubError(422, `Invalid request.\n\n${since} is not a valid date-time.`);
  const value = (issue: Issue): number =>
    sort === "updated" ? issue.updatedAt : sort === "comments" ? issue.comments.length : issue.createdAt;
  const sign = direction === "asc" ? 1 : -1;
  return issues
    .filter((issue) => state === "all" || issue.state === state)
    .filter((issue) => issue.updatedAt >= from)
    .filter((issue) => !creator || issue.author.login.toLowerCase() === creator.toLowerCase())
    .filter((issue) => wanted.every((name) => issue.labels.some((label) => label.name.toLowerCase() === name)))
    .sort((a, b) => sign * (value(a) - value(b) || a.id - b.id));
}

function timeline({ store }: Backend, issue: Issue): object[] {
  const entries = [
    ...issue.events.map((event) => ({ at: event.createdAt, shown: presentEvent(store, issue, event) as object })),
    ...issue.comments.map((comment) => {
      const shown = presentComment(store, comment);
      return { at: comment.createdAt, shown: { ...shown, event: "commented", actor: shown.user } };
    }),
    ...closingPulls(store, issue).map((pull) => ({
      at: pull.createdAt,
      shown: {
        actor: presentUser(store, pull.author),
        created_at: iso(pull.createdAt),
        updated_at: iso(pull.createdAt),
        event: "cross-referenced",
        source: { type: "issue", issue: presentIssue(store, pull) },
      },
    })),
  ];
  return entries.sort((a, b) => a.at - b.at).map(({ shown }) => shown);
}
