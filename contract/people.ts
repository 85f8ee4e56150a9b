import type { Policy } from "./policy.ts";
import type { Person } from "./snapshot.ts";

/** Whether this account may decide: its numeric id is listed and it is a person's account. */
export function isListed(person: Person | undefined, policy: Policy): boolean {
  return person?.id !== undefined && person.type === "User" && policy.approverIds.includes(person.id);
}
