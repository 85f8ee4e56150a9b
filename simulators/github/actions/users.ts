import { nodeId } from "../store/node-id.ts";
import type { App, User } from "../store/records.ts";
import type { Store } from "../store/store.ts";

export interface NewUser {
  login: string;
  /** @default "User" */
  type?: User["type"];
  /** The numeric id. @default the next free one */
  id?: number;
  /** Whose account it is. */
  app?: App;
}

const kinds = { User: "user", Bot: "bot", Organization: "organization" } as const;

/** @throws {Error} when the login is taken */
export function addUser(store: Store, { login, type = "User", id, app }: NewUser): User {
  if (store.userByLogin(login)) throw new Error(`user ${login} exists already: choose another login`);
  if (id !== undefined) store.claimId("user", id);
  const number = id ?? store.nextId("user");
  const user: User = store.register({
    kind: "user",
    id: number,
    nodeId: nodeId(kinds[type], number),
    login,
    type,
    createdAt: store.now(),
    deleted: false,
    ...(app && { app }),
  });
  store.users.set(user.id, user);
  return user;
}
