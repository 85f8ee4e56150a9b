import { GraphQLError } from "graphql";

export interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

const cursorOf = (index: number): string => Buffer.from(`cursor:v2:${index}`).toString("base64");

function indexOf(cursor: string): number {
  const [, index] = /^cursor:v2:(\d+)$/.exec(Buffer.from(cursor, "base64").toString("latin1")) ?? [];
  if (index === undefined) {
    throw new GraphQLError(`\`${cursor}\` does not appear to be a valid cursor.`, {
      extensions: { type: "INVALID_CURSOR_ARGUMENTS" },
    });
  }
  return Number(index);
}

/**
 * One page of a list, by GraphQL's cursor rules. A cursor is the place in the list.
 * @throws {GraphQLError} in GitHub's words without `first` or `last`, or above 100
 */
export function connection<T>(items: readonly T[], page: PageArguments, name: string) {
  const { first, last, after, before } = page;
  for (const [argument, size] of Object.entries({ first, last })) {
    if (typeof size !== "number") continue;
    if (size > 100) {
      const message = `Requesting ${size} records on the \`${name}\` connection exceeds the \`${argument}\` limit of 100 records.`;
      throw new GraphQLError(message, { extensions: { type: "EXCESSIVE_PAGINATION" } });
    }
    if (size < 0) {
      const message = `\`${argument}\` on the \`${name}\` connection cannot be less than zero.`;
      throw new GraphQLError(message, { extensions: { type: "INVALID_PAGINATION_BOUNDARIES" } });
    }
  }
  if (typeof first !== "number" && typeof last !== "number") {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`;
    throw new GraphQLError(message, { extensions: { type: "MISSING_PAGINATION_BOUNDARIES" } });
  }
  let start = after ? indexOf(after) + 1 : 0;
  let end = before ? Math.min(indexOf(before), items.length) : items.length;
  if (typeof first === "number") end = Math.min(end, start + first);
  if (typeof last === "number") start = Math.max(start, end - last);
  const nodes = items.slice(start, end);
  return {
    totalCount: items.length,
    nodes,
    edges: nodes.map((node, at) => ({ node, cursor: cursorOf(start + at) })),
    pageInfo: {
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
      startCursor: nodes.length > 0 ? cursorOf(start) : null,
      endCursor: nodes.length > 0 ? cursorOf(end - 1) : null,
    },
  };
}
