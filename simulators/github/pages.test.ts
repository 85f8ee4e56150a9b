import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorld, type World } from "./testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld({
    welcome: { steps: ["Somebody answers."], examples: [{ title: "Try <this>", body: "please" }] },
  });
});
afterEach(async () => {
  await world.github.close();
});

const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  await fetch(`${world.github.url}${path}`, { headers, redirect: "manual" });
const page = async (path: string): Promise<string> => await (await get(path)).text();
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
const as = (login: string) => ({ cookie: `acting=${login}` });

test("a person opens an issue, comments, and presses the thumb, again to take it back", async () => {
  expect(await page("/")).toContain("ada/lab");
  const opened = await submit("/ada/lab/issues?as=eve", { title: "wish", body: "text" });
  expect([opened.status, opened.headers.get("location")]).toEqual([303, "/ada/lab/issues/1"]);
  await submit("/ada/lab/issues/1/comments", { body: "go" }, as("robot"));
  const [comment] = world.github.comments(world.repository, 1);
  expect(comment).toMatchObject({ body: "go", author: { login: "robot" } });
  const thumb = `/ada/lab/issues/1/comments/${comment?.id}/reactions`;
  await submit(thumb, { content: "+1" }, as("ada"));
  expect(comment?.reactions).toMatchObject([{ content: "+1", user: { login: "ada" } }]);
  expect(await page("/ada/lab/issues/1")).toMatch(/aria-pressed="true".*<span class="count">ada<\/span>/);
  await submit(thumb, { content: "+1" }, as("ada"));
  expect(comment?.reactions).toEqual([]);
  await submit("/ada/lab/issues/1/reactions", { content: "+1" }, as("eve"));
  expect(world.github.issue(world.repository, 1).reactions).toMatchObject([{ user: { login: "eve" } }]);
  await submit("/ada/lab/issues/1/state", {});
  expect(world.github.issue(world.repository, 1).state).toBe("closed");
  expect(await page("/ada/lab/issues")).toContain("Nothing is open here.");
  expect(await page("/ada/lab/issues?state=closed")).toContain(">wish<");
});

test("who may write edits the texts of others; a reader is refused, in words", async () => {
  const issue = world.github.as("eve").openIssue(world.repository, { title: "old", body: "text" });
  const comment = world.github.as("robot").comment(issue, "a plan");
  const edit = `/ada/lab/issues/1/comments/${comment.id}/edit`;
  expect(await page("/ada/lab/issues/1?as=ada")).toContain(`action="${edit}"`);
  expect(await page("/ada/lab/issues/1?as=eve")).not.toContain(`action="${edit}"`);
  await submit(edit, { body: "a better plan" }, as("ada"));
  expect(comment).toMatchObject({ body: "a better plan", editor: { login: "ada" } });
  expect(await page("/ada/lab/issues/1")).toMatch(/edited .* by <b class="person">ada</);
  await submit("/ada/lab/issues/1/edit", { title: "new", body: "text" }, as("eve"));
  expect(issue.title).toBe("new");
  const refused = await submit(
    edit,
    { body: "mine" },
    { ...as("eve"), referer: `${world.github.url}/ada/lab/issues/1` },
  );
  expect(refused.status).toBe(403);
  const shown = await refused.text();
  expect(shown).toContain("You may not do that");
  expect(shown).toContain('href="/ada/lab/issues/1">Go back');
  expect(comment.body).toBe("a better plan");
});

test("an empty list suggests an issue, as a form that opens it", async () => {
  const shown = await page("/ada/lab/issues");
  expect(shown).toContain('<input type="hidden" name="title" value="Try &lt;this&gt;">');
  expect(shown).toContain("Somebody answers.");
  expect(await page("/ada/lab/issues/new?title=A+wish&body=x%3Cy")).toMatch(
    /value="A wish"[\s\S]*>\nx&lt;y<\/textarea>/,
  );
  await submit("/ada/lab/issues", { title: "t", body: "b" });
  expect(await page("/ada/lab/issues/1")).toContain("What happens now");
  world.github.as("robot").comment(world.github.issue(world.repository, 1), "hello");
  expect(await page("/ada/lab/issues/1")).not.toContain("What happens now");
});

test("titles, labels and logins are shown as the text they are", async () => {
  const hostile = '</a><script>alert("x")</script><img src=x onerror=alert(1)>';
  const issue = world.github.as("eve").openIssue(world.repository, { title: hostile, body: hostile });
  world.github.as("eve").comment(issue, hostile);
  world.github.as("ada").label(issue, "<b>");
  for (const path of ["/ada/lab/issues", "/ada/lab/issues/1"]) {
    const shown = await page(path);
    expect(shown).not.toContain("<script>");
    expect(shown).not.toContain("<img");
    expect(shown).toContain("&lt;script&gt;");
    expect(shown).toContain("&lt;b&gt;");
  }
});

test("a hidden comment is folded, with its reason", async () => {
  const issue = world.github.as("eve").openIssue(world.repository, { title: "wish" });
  world.github.as("ada").minimizeComment(world.github.as("eve").comment(issue, "noise"), "outdated");
  expect(await page("/ada/lab/issues/1")).toMatch(/<summary>A comment by .*eve.* was hidden as outdated/);
});

test("a pull request shows its commits and its difference, and is named by the issue that it closes", async () => {
  const { github, repository } = world;
  const issue = github.as("ada").openIssue(repository, { title: "wish" });
  const message = "Answer <it>\n\nBecause.\n";
  const hidden = { "src/app.js": "<answer>\u202e\n", "b/new.txt": "x\n" };
  await github.commit(repository, { branch: "fix", files: hidden, message, from: "refs/heads/main" });
  const pull = await github
    .as("robot")
    .openPullRequest(repository, { head: "fix", base: "main", title: "Fix", body: "Closes #1", draft: true });
  const path = `/ada/lab/pull/${pull.number}`;
  expect((await get(`/ada/lab/issues/${pull.number}`)).headers.get("location")).toBe(path);
  expect(await page(path)).toMatch(/Draft<\/span>[\s\S]*<code>fix<\/code>/);
  expect(await page(`${path}/commits`)).toMatch(/Answer &lt;it&gt;[\s\S]*Because\./);
  const files = await page(`${path}/files`);
  expect(files).toContain("2 files changed");
  expect(files).toContain('<span aria-hidden="true">+</span>&lt;answer&gt;⟨U+202E⟩');
  expect(files).toContain('<span aria-hidden="true">-</span>export const answer = 41;');
  expect(await page(`/ada/lab/issues/${issue.number}`)).toContain(`href="${path}"><bdi>Fix</bdi>`);
});

describe("another site", () => {
  test("cannot press buttons", async () => {
    for (const origin of ["http://evil.example", "null", "nonsense"])
      expect((await submit("/ada/lab/issues", { title: "x" }, { origin })).status).toBe(403);
    expect(world.repository.issues.size).toBe(0);
  });

  test("is not gone to, and runs nothing: the policy allows only what is served here", async () => {
    const back = await submit("/-/acting", { login: "eve" }, { referer: "http://evil.example//evil.example/" });
    expect(back.headers.get("location")).toBe("/evil.example/");
    const { headers } = await get("/");
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; (?!.*(unsafe|\*|http))/);
    expect(headers.get("content-security-policy")).toContain("base-uri 'none'");
  });
});

test("private repositories are hidden from strangers, and what is not there is said in a page", async () => {
  await world.github.addRepository({ owner: "ada", name: "secret", private: true });
  for (const path of [
    "/ada/secret/issues?as=eve",
    "/ada/lab/issues/9",
    "/ada/lab/nonsense/x",
    "/ada/lab/settings/hooks?as=eve",
  ]) {
    const answer = await get(path);
    expect([path, answer.status]).toEqual([path, 404]);
    expect(await answer.text()).toContain("There is no such page");
  }
  expect(await page("/?as=eve")).not.toContain("secret");
  const blank = await submit("/ada/lab/issues", { title: " " });
  expect([blank.status, await blank.text()]).toEqual([422, expect.stringContaining("title: missing_field")]);
});

test("deliveries of a webhook are shown without what is secret, and can be sent again", async () => {
  const { github, repository } = world;
  const hook = github.addWebhook(repository, { url: github.url, secret: "hush-hush", events: ["issues"] });
  await github.webhooksSettled();
  const path = `/ada/lab/settings/hooks/${hook.id}`;
  const signature = github.deliveries(hook)[0]?.headers["X-Hub-Signature-256"] ?? "";
  const shown = await page(`${path}?as=ada`);
  expect(shown).toContain("X-Hub-Signature-256");
  expect(signature).toMatch(/^sha256=/);
  for (const secret of ["hush-hush", signature]) expect(shown).not.toContain(secret);
  expect(await page("/ada/lab/settings/hooks?as=ada")).toContain(`href="${path}"`);
  const again = `${path}/deliveries/${github.deliveries(hook)[0]?.id}/attempts`;
  expect((await submit(again, {}, as("eve"))).status).toBe(404);
  expect((await submit(again, {}, as("ada"))).status).toBe(303);
  await github.webhooksSettled();
  expect(github.deliveries(hook).map(({ redelivery }) => redelivery)).toEqual([false, true]);
});

test("an open page hears of changes, once for a burst", async () => {
  const answer = await get("/-/changes");
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  const reader = (answer.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toContain("event: connected");
  for (const title of ["one", "two"]) world.github.as("ada").openIssue(world.repository, { title });
  expect((await reader.read()).value).toContain("event: changed");
  await reader.cancel();
});

test("pages are small", async () => {
  const issue = world.github.as("ada").openIssue(world.repository, { title: "wish", body: "text" });
  world.github.as("robot").comment(issue, "an answer");
  const sizes = Object.fromEntries(
    await Promise.all(
      ["/", "/ada/lab/issues/1", "/-/assets/page.css", "/-/assets/page.js", "/-/assets/idiomorph.js"].map(
        async (path) => [path, (await (await get(path)).arrayBuffer()).byteLength] as const,
      ),
    ),
  );
  expect(sizes["/ada/lab/issues/1"]).toBeLessThan(10_000);
  expect(Object.values(sizes).reduce((sum, size) => sum + size, 0)).toBeLessThan(50_000);
});
