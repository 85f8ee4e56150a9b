import { expect, test } from "vitest";
import { restProblems, webhookProblems } from "./openapi.ts";
import { startWorld } from "./world.ts";

const answer = { method: "GET", path: "/repos/ada/lab/issues/1", status: 200 };

test("a body that GitHub would not send is found", async () => {
  const { github, repository, client } = await startWorld();
  github.as("ada").openIssue(repository, { title: "there" });
  const { data } = await client("ada").request("GET /repos/ada/lab/issues/1");
  await github.close();
  expect(restProblems({ ...answer, body: data })).toEqual([]);
  const { number, ...short } = data;
  expect(number).toBe(1);
  expect(restProblems({ ...answer, body: short }).join()).toContain('"missingProperty":"number"');
  expect(restProblems({ ...answer, body: { ...data, created_at: 5 } }).join()).toContain("/created_at: must be string");
  expect(restProblems({ ...answer, body: { ...data, user: { login: "x" } } }).join()).toContain("/user");
});

test.each([
  ["an unknown route", { ...answer, path: "/repos/ada/lab/wishes", body: {} }, "no such route"],
  ["a status not described", { ...answer, status: 299, body: {} }, "status not described"],
  ["a refusal in words of its own", { ...answer, status: 403, body: { error: "no" } }, "refusal without message"],
])("%s", (_why, wrong, words) => {
  expect(restProblems(wrong).join()).toContain(words);
});

test("wrong webhooks are found", () => {
  expect(webhookProblems("issues", "reacted", {}).join()).toContain("no such event");
  expect(webhookProblems("issues", "opened", { action: "opened" }).join()).toContain('"missingProperty":"issue"');
});
