import { GraphQLError } from "graphql";
import { connection, type PageArguments } from "./connection.ts";
import type { Arguments, QueryContext, Resolver } from "./context.ts";

/** Resolvers of one GraphQL type, by field. */
export type Fields<S> = Readonly<Record<string, Resolver<S>>>;
const pageArguments = ["first", "last", "after", "before"];

/** A connection over what `list` answers; arguments beyond paging must be named here, others are refused. */
export function paged<S>(
  name: string,
  accepted: readonly string[],
  list: (source: S, args: Arguments, context: QueryContext) => readonly unknown[] | Promise<readonly unknown[]>,
): Resolver<S> {
  return async (source, args, context) => {
    only(name, args, [...pageArguments, ...accepted]);
    return connection(await list(source, args, context), args as PageArguments, name);
  };
}

/** Refuses arguments that nothing here obeys, rather than answer as if it had. */
export function only(name: string, args: Arguments, accepted: readonly string[]): void {
  // False is what the schema's own defaults say.
  const given = (key: string): boolean => args[key] !== null && args[key] !== undefined && args[key] !== false;
  const foreign = Object.keys(args).filter((key) => !accepted.includes(key) && given(key));
  if (foreign.length > 0) throw new GraphQLError(`argument ${foreign.join(", ")} of ${name} is not simulated`);
}

/** `orderBy` of a connection. */
export interface Order {
  field: string;
  direction: "ASC" | "DESC";
}
/** By `value`, then by id; ascending unless asked otherwise. */
export function ordered<T extends { createdAt: number; id: number }>(
  items: readonly T[],
  order: Order | undefined,
  value: (item: T) => number | string,
): T[] {
  const sign = order?.direction === "DESC" ? -1 : 1;
  return items.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    return sign * (left < right ? -1 : left > right ? 1 : a.id - b.id);
  });
}
