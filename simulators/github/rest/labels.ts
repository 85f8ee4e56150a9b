import type { Hono } from "hono";
import { z } from "zod";
import { addLabels, createLabel, labelOf, removeLabel, setLabels } from "../actions/labels.ts";
import { presentLabel } from "../present/repository.ts";
import type { Issue, Label } from "../store/records.ts";
import { type Backend, type Env, issueParam, nullableText, paginate, readBody, text } from "./context.ts";
import { demandReadable } from "./issues.ts";

const newLabel = z.object({ name: text, color: text.optional(), description: nullableText });
const names = z.union([z.array(text), z.object({ labels: z.array(text) }).transform(({ labels }) => labels)]);

export function labelRoutes(app: Hono<Env>, backend: Backend): void {
  const { store } = backend;
  const shown = (issue: Issue, labels: Label[]) => labels.map((label) => presentLabel(store, issue.repository, label));
  const ofIssue = "/repos/:owner/:repo/issues/:number/labels";

  app.get("/repos/:owner/:repo/labels", (c) => {
    const repository = c.get("repository");
    const labels = paginate(c, backend, [...repository.labels.values()]);
    return c.json(labels.map((label) => presentLabel(store, repository, label)));
  });

  app.post("/repos/:owner/:repo/labels", async (c) => {
    const { name, color, description } = await readBody(c, newLabel);
    const input = { name, description: description ?? null, ...(color === undefined ? {} : { color }) };
    const shownLabel = presentLabel(
      store,
      c.get("repository"),
      createLabel(store, c.get("viewer"), c.get("repository"), input),
    );
    return c.json(shownLabel, 201, { location: shownLabel.url });
  });

  app.get("/repos/:owner/:repo/labels/:name", (c) => {
    const repository = c.get("repository");
    return c.json(presentLabel(store, repository, labelOf(repository, c.req.param("name"))));
  });

  app.get(ofIssue, (c) => {
    const issue = demandReadable(c, issueParam(c, backend));
    return c.json(shown(issue, paginate(c, backend, issue.labels)));
  });

  app.post(ofIssue, async (c) => {
    const issue = issueParam(c, backend);
    return c.json(shown(issue, addLabels(store, c.get("viewer"), issue, await readBody(c, names))));
  });

  app.put(ofIssue, async (c) => {
    const issue = issueParam(c, backend);
    return c.json(shown(issue, setLabels(store, c.get("viewer"), issue, await readBody(c, names))));
  });

  app.delete(`${ofIssue}/:name`, (c) => {
    const issue = issueParam(c, backend);
    return c.json(shown(issue, removeLabel(store, c.get("viewer"), issue, c.req.param("name") ?? "")));
  });
}
