import { afterEach, beforeEach, expect, test } from "vitest";
import { startWorld, type World } from "./testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(async () => {
  await world.github.close();
});

const page = async (path: string): Promise<string> => await (await fetch(`${world.github.url}${path}`)).text();
const submit = async (
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  await fetch(`${world.github.url}${path}`, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers,
    redirect: "manual",
  });

test("a person opens an issue, comments, and presses the thumb", async () => {
  expect(await page("/")).toContain("ada/lab");
  const opened = await submit("/ada/lab/issues?as=eve", { title: "wish", body: "text" });
  expect([opened.status, opened.headers.get("location")]).toEqual([303, "/ada/lab/issues/1"]);
  await submit("/ada/lab/issues/1/comments", { body: "go" }, { cookie: "acting=robot" });
  const [comment] = world.github.comments(world.repository, 1);
  expect(comment).toMatchObject({ body: "go", author: { login: "robot" } });
  await submit(`/ada/lab/issues/1/comments/${comment?.id}/thumbs-up`, {}, { cookie: "acting=ada" });
  expect(comment?.reactions).toMatchObject([{ content: "+1", user: { login: "ada" } }]);
  expect(await page("/ada/lab/issues/1")).toContain("👍 1");
  await submit(`/ada/lab/issues/1/comments/${comment?.id}/thumbs-up`, {}, { cookie: "acting=ada" });
  expect(comment?.reactions).toEqual([]);
  await submit("/ada/lab/issues/1/state", {});
  expect(world.github.issue(world.repository, 1).state).toBe("closed");
});

test("text of people is shown as text", async () => {
  const hostile = '</pre><script>alert("x")</script><img src=x onerror=alert(1)>';
  const issue = world.github.as("eve").openIssue(world.repository, { title: hostile, body: hostile });
  world.github.as("eve").comment(issue, hostile);
  world.github.as("ada").label(issue, "<b>");
  for (const path of ["/ada/lab/issues", "/ada/lab/issues/1"]) {
    const shown = await page(path);
    expect(shown).not.toContain("<script>");
    expect(shown).not.toContain("<img");
    expect(shown).toContain("&lt;script&gt;");
  }
});

test("a pull request shows its difference", async () => {
  const { github, repository } = world;
  await github.commit(repository, { branch: "fix", files: { "src/app.js": "<answer>\n" }, from: "refs/heads/main" });
  const pull = await github
    .as("robot")
    .openPullRequest(repository, { head: "fix", base: "main", title: "Fix", draft: true });
  const shown = await page(`/ada/lab/pull/${pull.number}`);
  expect(shown).toContain("+&lt;answer&gt;");
  expect(shown).toContain("draft");
});

test("another site cannot press buttons, and private repositories are hidden from strangers", async () => {
  for (const origin of ["http://evil.example", "null", "nonsense"])
    expect((await submit("/ada/lab/issues", { title: "x" }, { origin })).status).toBe(403);
  await world.github.addRepository({ owner: "ada", name: "secret", private: true });
  expect((await fetch(`${world.github.url}/ada/secret/issues?as=eve`)).status).toBe(404);
  expect(
    (await submit("/-/acting", { login: "eve" }, { referer: "http://evil.example//evil.example/" })).headers.get(
      "location",
    ),
  ).toBe("/evil.example/");
});
