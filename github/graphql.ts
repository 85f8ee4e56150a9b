import { GraphqlResponseError } from "@octokit/graphql";

/**
 * Sends one GraphQL query and resolves with its `data`; what the token may not see, or what is gone, is null in it.
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
        error.errors?.every(({ type }) => type === "NOT_FOUND")
      )
        return error.data;
      throw error;
    }
  };
}
