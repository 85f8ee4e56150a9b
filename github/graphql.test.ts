import { GraphqlResponseError } from "@octokit/graphql";
import { expect, test } from "vitest";
import { queryThrough } from "./graphql.ts";

type Failure = { type: string; path?: (string | number)[] };

/** A query to which GitHub answers what it can, with errors beside it. */
function answering(data: unknown, failures: Failure[]) {
  const errors = failures.map((each) => ({ message: "no", locations: [], extensions: {}, ...each }));
  const response = { data, errors } as unknown as ConstructorParameters<typeof GraphqlResponseError>[2];
  const query = queryThrough(() =>
    Promise.reject(new GraphqlResponseError({ method: "POST", url: "/" }, {}, response)),
  );
  return query("query { x }", {});
}

const forbidden = (...path: (string | number)[]): Failure => ({ type: "FORBIDDEN", path });
const notFound = (...path: (string | number)[]): Failure => ({ type: "NOT_FOUND", path });

test.each<[string, unknown, Failure[]]>([
  ["an issue that is gone", { repository: { issue: null } }, [notFound("repository", "issue")]],
  ["a comment that is gone", { nodes: [{ id: "a" }, null] }, [notFound("nodes", 1)]],
  ["a comment behind single sign-on", { nodes: [{ id: "a" }, null] }, [forbidden("nodes", 1)]],
  ["both", { nodes: [null, { id: "a" }, null] }, [forbidden("nodes", 0, "reactions"), notFound("nodes", 2)]],
])("%s is null in the answer", async (_, data, failures) => {
  expect(await answering(data, failures)).toEqual(data);
});

test.each<[string, unknown, Failure[]]>([
  ["a repository that is forbidden", { repository: null }, [forbidden("repository")]],
  ["a part of a comment that is forbidden", { nodes: [{ editor: null }] }, [forbidden("nodes", 0, "editor")]],
  ["the rate limit", { nodes: [null] }, [{ type: "RATE_LIMITED" }]],
  ["another error beside one that is none", { nodes: [null] }, [notFound("nodes", 0), { type: "INTERNAL" }]],
  ["no answer at all", null, [notFound("nodes", 0)]],
])("%s rejects", async (_, data, failures) => {
  await expect(answering(data, failures)).rejects.toThrow(GraphqlResponseError);
});
