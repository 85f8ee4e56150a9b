import { getCookie, setCookie } from "hono/cookie";
import { notFound } from "../errors.ts";
import type { User } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { PageContext } from "./page-context.ts";

const cookie = "acting";

/** The accounts that one can act as: Apps have no hands. */
export function peopleOf(store: Store): User[] {
  return [...store.users.values()].filter((user) => user.type === "User" && !user.deleted);
}

/** Whom one acts as: the cookie says, or `?as=login`; the first account when neither does. */
export function actingUser(store: Store, c: PageContext): User {
  const people = peopleOf(store);
  const wanted = c.req.query("as") ?? getCookie(c, cookie);
  const user = people.find(({ login }) => login === wanted) ?? people[0];
  if (!user) throw notFound();
  return user;
}

export function rememberActing(c: PageContext, login: string): void {
  setCookie(c, cookie, login, { httpOnly: true, sameSite: "Lax", path: "/" });
}
