import type { Hono } from "hono";
import { z } from "zod";
import { type Reactable, react, reactionContent, unreact } from "../actions/reactions.ts";
import { presentReaction } from "../present/issue.ts";
import { commentParam } from "./comments.ts";
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

const newReaction = z.object({ content: text });

export function reactionRoutes(app: Hono<Env>, backend: Backend): void {
  const { store } = backend;
  const targets: [path: string, find: (c: RestContext) => Reactable][] = [
    ["/repos/:owner/:repo/issues/comments/:id/reactions", (c) => commentParam(c, backend)],
    ["/repos/:owner/:repo/issues/:number/reactions", (c) => issueParam(c, backend)],
  ];
  for (const [path, find] of targets) {
    app.get(path, (c) => {
      const target = find(c);
      demandReadable(c, target.kind === "issue" ? target : target.issue);
      const content = c.req.query("content");
      const wanted = content === undefined ? null : reactionContent(content);
      const reactions = target.reactions.filter((reaction) => wanted === null || reaction.content === wanted);
      return c.json(paginate(c, backend, reactions).map((reaction) => presentReaction(store, reaction)));
    });

    app.post(path, async (c) => {
      const target = find(c);
      const { content } = await readBody(c, newReaction);
      const { reaction, created } = react(store, c.get("viewer"), target, reactionContent(content));
      return c.json(presentReaction(store, reaction), created ? 201 : 200);
    });

    app.delete(`${path}/:reaction`, (c) => {
      unreact(store, c.get("viewer"), find(c), { id: numberParam(c.req.param("reaction")) });
      return c.body(null, 204);
    });
  }
}
