import { type Person, RunFailure } from "@froussard/contract";
import type { GitHubFacts } from "./github-facts.ts";

/** What a person may do in the repository; `unknown` where our token may not ask, or the login has changed hands. */
export type Access = "write" | "less" | "unknown";

/**
 * Asks GitHub what people may do in a repository: of those who decided, that they may write there, and of those who wrote
 * what the model is given, for whoever approves it. By numeric id: a login that means somebody else by now tells nothing.
 * @returns the access of each person by their login
 * @throws RunFailure `not-permitted` when one of `deciders` is known to have no write access
 */
export async function peopleAccess(
  facts: Pick<GitHubFacts, "permission">,
  repository: string,
  { deciders, authors }: { deciders: readonly Person[]; authors: readonly (Person | undefined)[] },
): Promise<ReadonlyMap<string, Access>> {
  const people = new Map<string, Person>();
  for (const person of [...deciders, ...authors]) if (person) people.set(person.login, person);
  const asked = [...people.values()].map(
    async (person) => [person.login, await accessOf(facts, repository, person)] as const,
  );
  const access = new Map(await Promise.all(asked));
  const without = deciders.find(({ login }) => access.get(login) === "less");
  if (without) throw new RunFailure("not-permitted", `${without.login} has no write access to ${repository}`);
  return access;
}

async function accessOf(facts: Pick<GitHubFacts, "permission">, repository: string, person: Person): Promise<Access> {
  // Apps have no permission that could be asked for.
  if (person.type !== "User" || person.id === undefined) return "unknown";
  const answer = await facts.permission(repository, person.login);
  if (answer?.userId !== person.id) return "unknown";
  return answer.mayWrite ? "write" : "less";
}
