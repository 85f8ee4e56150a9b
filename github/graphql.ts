import { GraphqlResponseError } from "@octokit/graphql";

/**
 * Sends one GraphQL query and resolves with its `data`; what is gone is null in it, and so is each of several `nodes`
 * that the token may not see (an organization's single sign-on), so that it does not take the others with it.
 * Rejects on every other error and on time-outs. The client brings token, time limit and retries.
 */
export type GraphQl = (query: string, variables: Record<string, unknown>) => Promise<unknown>;

/** Wraps Octokit's `graphql`, which rejects also when GitHub answered all it could and an id was merely not found. */
export function queryThrough(
  graphql: (query: string, variables: Record<string, unknown>) => Promise<unknown>,
): GraphQl {
  return async (query, variables) => {
    try {
      return await graphql(query, variables);
    } catch (error) {
      if (
        error instanceof GraphqlResponseError &&
        error.data &&
        error.errors?.every((each) => each.type === "NOT_FOUND" || isForbiddenNode(each, error.data))
      )
        return error.data;
      throw error;
    }
  };
}

function isForbiddenNode({ type, path }: { type: string; path?: readonly unknown[] }, data: unknown): boolean {
  if (type !== "FORBIDDEN" || path?.[0] !== "nodes") return false;
  const { nodes } = data as { nodes?: readonly unknown[] };
  return nodes?.[Number(path[1])] === null;
}
