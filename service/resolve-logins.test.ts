import { RequestError } from "@octokit/request-error";
import { expect, test } from "vitest";
import { resolveLogins } from "./resolve-logins.ts";

const accounts = new Map([
  ["octocat", { id: 1, login: "octocat", type: "User" }],
  ["github", { id: 2, login: "github", type: "Organization" }],
]);

async function find(login: string) {
  const account = accounts.get(login);
  if (account) return account;
  const request = { method: "GET" as const, url: "/users/x", headers: {} };
  throw new RequestError("Not Found", login === "down" ? 503 : 404, { request });
}

test("gives each account's id once", async () => {
  expect(await resolveLogins([{ login: "octocat" }, { login: "octocat", id: 1 }], find)).toEqual([1]);
});

test("fails with every fault at once", async () => {
  const listed = [{ login: "nobody" }, { login: "github" }, { login: "octocat", id: 7 }];
  await expect(resolveLogins(listed, find)).rejects.toThrow(
    /no GitHub account nobody.*github is of type Organization.*octocat has the id 1, not 7/,
  );
});

test("does not take an unreachable GitHub for a missing account", async () => {
  await expect(resolveLogins([{ login: "down" }], find)).rejects.toMatchObject({ status: 503 });
});
