import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { controlClient, type Simulated, worldFacts } from "./control-client.ts";
import { startControl } from "./control-server.ts";
import { startWorld, type World } from "./world.ts";

const repository = "gregkonush/lab";
const folder = mkdtempSync(join(tmpdir(), "simulated-world-"));
let world: World;
let control: { url: string; close(): Promise<void> };
let simulated: Simulated;
beforeAll(async () => {
  world = await startWorld({ listening: {}, ports: { github: 0, model: 0 }, folder, githubToken: "ghp_known" });
  control = await startControl(world, 0);
  simulated = controlClient(control.url);
});
afterAll(async () => {
  await control.close();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

test("what a person does through the control is there for the API, and what is there can be looked at", async () => {
  const issue = await simulated.openIssue({ repository, login: "gregkonush", title: "A wish", body: "text" });
  const at = { repository, number: issue.number };
  const { id } = await simulated.comment({ ...at, login: "gregkonush", body: "/approve" });
  await simulated.react({ ...at, login: "sam-visitor", comment: id, content: "+1" });
  await simulated.react({ ...at, login: "gregkonush", content: "heart" });
  await simulated.label({ ...at, login: "gregkonush", name: "codex:skip" });
  await simulated.unreact({ ...at, login: "gregkonush", content: "heart" });
  expect(await simulated.issue(at)).toMatchObject({
    ...{ title: "A wish", body: "text", author: "gregkonush", state: "open", labels: ["codex:skip"], reactions: [] },
    comments: [{ id, body: "/approve", reactions: [{ content: "+1", by: "sam-visitor" }] }],
  });
  const facts = await worldFacts(control.url);
  const headers = { authorization: `Bearer ${facts.githubToken}` };
  const response = await fetch(`${facts.github}/repos/${repository}/issues/${issue.number}`, { headers });
  expect(await response.json()).toMatchObject({ title: "A wish" });
  expect((await simulated.githubRequests({})).at(-1)).toMatchObject({ status: 200, login: "codex-automation" });
});

test("requests to the model are shown, all or those that hold a text", async () => {
  const { model } = await worldFacts(control.url);
  for (const input of ["the first", "the second"])
    await fetch(`${model}/v1/responses`, { method: "POST", body: JSON.stringify({ input }) });
  const inputs = (found: Awaited<ReturnType<Simulated["modelRequests"]>>) => found.map(({ body }) => body);
  expect(inputs(await simulated.modelRequests({}))).toEqual([{ input: "the first" }, { input: "the second" }]);
  expect(inputs(await simulated.modelRequests({ holding: "second" }))).toEqual([{ input: "the second" }]);
});

test("faults strike as often as they are told", async () => {
  await simulated.injectGitHubFault({ path: "/api/v3/*", status: 502, times: 1 });
  const { github } = await worldFacts(control.url);
  expect((await fetch(`${github}/meta`)).status).toBe(502);
  expect((await fetch(`${github}/meta`)).status).not.toBe(502);
});

test("an operation that does not exist, a wrong input and a refusal of GitHub's are told", async () => {
  const wrong = controlClient(control.url) as unknown as Record<string, (input: unknown) => Promise<unknown>>;
  const response = await fetch(`${control.url}/constructor`, { method: "POST", body: "{}" });
  expect(await response.json()).toMatchObject({ error: expect.stringContaining("no operation constructor") });
  await expect(wrong["openIssue"]?.({ repository, login: "gregkonush" })).rejects.toThrow(/openIssue: .*title/s);
  await expect(simulated.issue({ repository, number: 999 })).rejects.toThrow("no issue gregkonush/lab#999");
});
