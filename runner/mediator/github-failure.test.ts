import { RunFailure } from "@froussard/contract";
import { AppAccessError } from "@froussard/github/app-access-error";
import { RequestError } from "@octokit/request-error";
import { expect, test } from "vitest";
import { githubFailure, isNotFound } from "./github-failure.ts";

const http = (status: number, message = "x", headers: Record<string, string> = {}) =>
  new RequestError(message, status, {
    request: { method: "GET", url: "https://api.github.com/", headers: { authorization: "token secret" } },
    response: { status, url: "", data: {}, headers },
  });
const graphql = (...types: string[]) =>
  Object.assign(new Error("x"), { errors: types.map((type) => ({ type, message: "m" })) });

test.each<[string, unknown, string]>([
  ["401", http(401), "bad-credentials"],
  ["403", http(403, "Resource not accessible by personal access token"), "forbidden"],
  ["403 when the limit is used up", http(403, "x", { "x-ratelimit-remaining": "0" }), "github-unavailable"],
  ["403 by the secondary limit", http(403, "You have exceeded a secondary rate limit"), "github-unavailable"],
  ["404", http(404), "forbidden"],
  ["410, for an issue that was deleted", http(410), "forbidden"],
  ["422", http(422), "internal"],
  ["429", http(429), "github-unavailable"],
  ["500, and lost connections as Octokit tells them", http(500), "github-unavailable"],
  ["GraphQL: rate limit", graphql("RATE_LIMITED"), "github-unavailable"],
  ["GraphQL: forbidden", graphql("FORBIDDEN"), "forbidden"],
  [
    "GraphQL: something went wrong",
    Object.assign(new Error("x"), { errors: [{ message: "timeout" }] }),
    "github-unavailable",
  ],
  ["fetch that failed", new TypeError("fetch failed"), "github-unavailable"],
  ["a time limit", new DOMException("x", "TimeoutError"), "github-unavailable"],
  ["an answer in an unknown form", new Error("boom"), "internal"],
  ["an App whose key is refused", new AppAccessError("key", "refused the key"), "bad-credentials"],
  ["an App that may not", new AppAccessError("access", "is suspended"), "forbidden"],
  ["a failure already told", new RunFailure("cancelled"), "cancelled"],
])("%s", (_, error, code) => {
  const failure = githubFailure(error, "reading the issue");
  expect(failure.code).toBe(code);
  expect(failure.message).not.toContain("secret");
});

test("not found, in both APIs", () => {
  expect(
    [
      http(404),
      http(410),
      graphql("NOT_FOUND"),
      http(403),
      graphql("NOT_FOUND", "FORBIDDEN"),
      graphql(),
      new Error("x"),
    ].map(isNotFound),
  ).toEqual([true, true, true, false, false, false, false]);
});
