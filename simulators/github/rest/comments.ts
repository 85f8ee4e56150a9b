import type { Hono } from "hono";
import { z } from "zod";
import { addComment, deleteComment, editComment } from "../actions/comments.ts";
import { notFound } from "../errors.ts";
import { presentComment } from "../present/issue.ts";
import type { Comment } from "../store/records.ts";
import {
  type Backend,
  type Env,
  issueParam,
  numberParam,
  paginate,
  type RestContext,
  readBody,
  text,
} from "./context.ts";
import { demandReadable } from "./issues.ts";

const newComment = z.object({ body: text });

export function commentParam(c: RestContext, { store }: Backend): Comment {
  const comment = store.comment(c.get("repository"), numberParam(c.req.param("id")));
  if (!comment) throw notFound();
  return comment;
}

export function commentRoutes(app: Hono<Env>, backend: Backend): void {
  const { store } = backend;
  const one = "/repos/:owner/:repo/issues/comments/:id";

  app.get(one, (c) => {
    const comment = commentParam(c, backend);
    demandReadable(c, comment.issue);
    return c.json(presentComment(store, comment));
  });

  app.patch(one, async (c) => {
    const comment = commentParam(c, backend);
    const { body } = await readBody(c, newComment);
    return c.json(presentComment(store, editComment(store, c.get("viewer"), comment, body)));
  });

  app.delete(one, (c) => {
    deleteComment(store, c.get("viewer"), commentParam(c, backend));
    return c.body(null, 204);
  });

  // Of the whole repository: here, unlike for one issue, GitHub obeys `sort` and `direction`.
  app.get("/repos/:owner/:repo/issues/comments", (c) => {
    const { sort = "created", direction = sort === "created" ? "asc" : "desc", since } = c.req.query();
    const from = since ? Date.parse(since) : 0;
    const sign = direction === "desc" ? -1 : 1;
    const value = (comment: Comment): number => (sort === "updated" ? comment.updatedAt : comment.createdAt);
    const comments = [...c.get("repository").issues.values()]
      .flatMap((issue) => demandReadable(c, issue).comments)
      .filter((comment) => comment.updatedAt >= from)
      .sort((a, b) => sign * (value(a) - value(b) || a.id - b.id));
    return c.json(paginate(c, backend, comments).map((comment) => presentComment(store, comment)));
  });

  // Always by ascending id: GitHub ignores `sort` and `direction` here, whatever a client sends.
  app.get("/repos/:owner/:repo/issues/:number/comments", (c) => {
    const issue = demandReadable(c, issueParam(c, backend));
    const since = c.req.query("since");
    const from = since ? Date.parse(since) : 0;
    const comments = issue.comments.filter((comment) => comment.updatedAt >= from).sort((a, b) => a.id - b.id);
    return c.json(paginate(c, backend, comments).map((comment) => presentComment(store, comment)));
  });

  app.post("/repos/:owner/:repo/issues/:number/comments", async (c) => {
    const issue = issueParam(c, backend);
    const { body } = await readBody(c, newComment);
    const shown = presentComment(store, addComment(store, c.get("viewer"), issue, body));
    return c.json(shown, 201, { location: shown.url });
  });
}
