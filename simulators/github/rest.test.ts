import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lab, startWorld, type World } from "./testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(async () => {
  await world.github.close();
  expect(world.problems).toEqual([]);
});

async function pushBranch(branch = "codex/issue-1-abc"): Promise<string> {
  const { github, repository } = world;
  const from = repository.defaultBranch;
  const files = { "src/app.js": "export const answer = 42;\n", "new file.txt": "new\n" };
  return await github.commit(repository, { branch, files, message: "Answer better\n", by: "robot", from });
}

describe("people and repositories", () => {
  test("users by name and by id, oneself", async () => {
    const client = world.client("robot");
    const { data: me } = await client.rest.users.getAuthenticated();
    expect(me).toMatchObject({ login: "robot", type: "User" });
    expect((await client.rest.users.getByUsername({ username: "ROBOT" })).data.id).toBe(me.id);
    expect((await client.request("GET /user/{account_id}", { account_id: Number(me.id) })).data.login).toBe("robot");
    await expect(client.rest.users.getByUsername({ username: "nobody" })).rejects.toMatchObject({ status: 404 });
  });

  test("a repository tells the caller's rights, and the owner other people's", async () => {
    const { data } = await world.client("eve").rest.repos.get(lab);
    expect(data).toMatchObject({ full_name: "ada/lab", permissions: { push: false, pull: true }, archived: false });
    const level = await world.client("ada").rest.repos.getCollaboratorPermissionLevel({ ...lab, username: "robot" });
    expect(level.data).toMatchObject({ permission: "write", role_name: "write", user: { login: "robot" } });
  });

  test("one's own repositories, and those that one was let in to", async () => {
    const namesOf = async (login: string) =>
      (await world.client(login).rest.repos.listForAuthenticatedUser()).data.map(({ full_name }) => full_name);
    expect(await namesOf("ada")).toEqual(["ada/lab"]);
    expect(await namesOf("robot")).toEqual(["ada/lab"]);
    expect(await namesOf("eve")).toEqual([]);
  });

  test("a renamed repository redirects, reads and writes alike, and answers by id", async () => {
    const client = world.client("robot");
    world.github.as("ada").renameRepository(world.repository, "works");
    expect((await client.rest.repos.get(lab)).data.full_name).toBe("ada/works");
    expect((await client.rest.issues.create({ ...lab, title: "after the move" })).data.number).toBe(1);
    const byId = await client.request("GET /repositories/{id}", { id: world.repository.id });
    expect(byId.data.full_name).toBe("ada/works");
    expect(world.github.requests[0]?.status).toBe(301);
    expect(world.github.requests[2]?.status).toBe(307);
  });
});

describe("issues and comments", () => {
  test("the life of an issue", async () => {
    const client = world.client("robot");
    const { data: made } = await client.rest.issues.create({ ...lab, title: "Broken", body: "Very", labels: ["bug"] });
    expect(made).toMatchObject({ number: 1, state: "open", body: "Very", author_association: "COLLABORATOR" });
    expect(made.id).toBeGreaterThan(2 ** 31);
    world.pass(10);
    const edit = { ...lab, issue_number: 1 };
    await client.rest.issues.update({ ...edit, title: "Mended", state: "closed", state_reason: "not_planned" });
    const { data } = await client.rest.issues.get(edit);
    expect(data).toMatchObject({ title: "Mended", state_reason: "not_planned", closed_at: "2026-03-04T05:06:17Z" });
    expect((await client.rest.issues.listEvents(edit)).data.map(({ event }) => event)).toEqual([
      "labeled",
      "renamed",
      "closed",
    ]);
    const timeline = await client.rest.issues.listEventsForTimeline(edit);
    expect(timeline.data.map((one) => one.event)).toEqual(["labeled", "renamed", "closed"]);
    await client.rest.issues.lock(edit);
    await expect(world.client("eve").rest.issues.createComment({ ...edit, body: "hm" })).rejects.toMatchObject({
      status: 403,
      response: { data: { message: "Unable to create comment because issue is locked." } },
    });
  });

  test("the list filters, sorts, and holds pull requests", async () => {
    const client = world.client("robot");
    const ada = world.github.as("ada");
    const first = ada.openIssue(world.repository, { title: "first", labels: ["bug"] });
    world.pass(5);
    ada.openIssue(world.repository, { title: "second" });
    await pushBranch();
    await client.rest.pulls.create({ ...lab, head: "codex/issue-1-abc", base: "main", title: "third" });
    world.pass(5);
    ada.comment(first, "moved");
    const titles = async (query: object): Promise<string[]> =>
      (await client.rest.issues.listForRepo({ ...lab, ...query })).data.map(({ title }) => title);
    expect(await titles({})).toEqual(["third", "second", "first"]);
    expect(await titles({ sort: "updated" })).toEqual(["first", "third", "second"]);
    expect(await titles({ sort: "updated", direction: "asc", since: "2026-03-04T05:06:12Z" })).toEqual([
      "second",
      "third",
      "first",
    ]);
    expect(await titles({ labels: "bug" })).toEqual(["first"]);
    expect(await titles({ state: "closed" })).toEqual([]);
  });

  test("comments come by ascending id whatever is asked, page by page", async () => {
    const client = world.client("robot");
    const issue = world.github.as("ada").openIssue(world.repository, { title: "long" });
    for (let n = 1; n <= 5; n++) world.github.as("eve").comment(issue, `comment ${n}`);
    const query = { ...lab, issue_number: 1, per_page: 2, sort: "created", direction: "desc" };
    const pages: string[] = [];
    let next: string | undefined = client.request.endpoint(
      "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
      query,
    ).url;
    while (next) {
      const page: { data: { body: string }[]; headers: { link?: string } } = await client.request(`GET ${next}`);
      pages.push(page.data.map(({ body }) => body).join());
      next = /<([^>]+)>; rel="next"/.exec(page.headers.link ?? "")?.[1];
    }
    expect(pages).toEqual(["comment 1,comment 2", "comment 3,comment 4", "comment 5"]);
  });

  test("a comment is made, edited, read and deleted", async () => {
    const client = world.client("robot");
    world.github.as("ada").openIssue(world.repository, { title: "talk" });
    const { data: made } = await client.rest.issues.createComment({ ...lab, issue_number: 1, body: "one" });
    world.pass(3);
    const edited = await client.rest.issues.updateComment({ ...lab, comment_id: made.id, body: "two" });
    expect(edited.data).toMatchObject({ body: "two", created_at: made.created_at, updated_at: "2026-03-04T05:06:10Z" });
    expect((await client.rest.issues.getComment({ ...lab, comment_id: made.id })).data.body).toBe("two");
    expect((await client.rest.issues.listCommentsForRepo(lab)).data).toHaveLength(1);
    await client.rest.issues.deleteComment({ ...lab, comment_id: made.id });
    await expect(client.rest.issues.getComment({ ...lab, comment_id: made.id })).rejects.toMatchObject({ status: 404 });
  });

  test("reactions: once per person and kind, filtered, taken back, and no trace in updated_at", async () => {
    const client = world.client("eve");
    const issue = world.github.as("ada").openIssue(world.repository, { title: "vote" });
    const comment = world.github.as("ada").comment(issue, "who is for it?");
    world.pass(60);
    const target = { ...lab, comment_id: comment.id };
    const first = await client.rest.reactions.createForIssueComment({ ...target, content: "+1" });
    const again = await client.rest.reactions.createForIssueComment({ ...target, content: "+1" });
    expect([first.status, again.status, again.data.id]).toEqual([201, 200, first.data.id]);
    await client.rest.reactions.createForIssue({ ...lab, issue_number: 1, content: "eyes" });
    const up = await client.rest.reactions.listForIssueComment({ ...target, content: "+1" });
    expect(up.data).toMatchObject([{ user: { login: "eve" }, created_at: "2026-03-04T05:07:07Z" }]);
    expect((await client.rest.reactions.listForIssueComment({ ...target, content: "heart" })).data).toEqual([]);
    expect((await client.rest.reactions.listForIssue({ ...lab, issue_number: 1 })).data).toHaveLength(1);
    const shown = await client.rest.issues.getComment(target);
    expect(shown.data).toMatchObject({ updated_at: "2026-03-04T05:06:07Z", reactions: { "+1": 1, total_count: 1 } });
    await client.rest.reactions.deleteForIssueComment({ ...target, reaction_id: first.data.id });
    expect((await client.rest.reactions.listForIssueComment(target)).data).toEqual([]);
  });

  test("labels of the repository and of an issue", async () => {
    const client = world.client("robot");
    world.github.as("ada").openIssue(world.repository, { title: "sorted" });
    const label = { ...lab, name: "codex:planning", color: "0E8A16", description: "at work" };
    expect((await client.rest.issues.createLabel(label)).data.color).toBe("0e8a16");
    await expect(client.rest.issues.createLabel(label)).rejects.toMatchObject({ status: 422 });
    expect((await client.rest.issues.getLabel({ ...lab, name: "codex:planning" })).data.description).toBe("at work");
    expect((await client.rest.issues.listLabelsForRepo(lab)).data.length).toBe(4);
    const issue = { ...lab, issue_number: 1 };
    const added = await client.rest.issues.addLabels({ ...issue, labels: ["codex:planning", "brand-new"] });
    expect(added.data.map(({ name }) => name)).toEqual(["codex:planning", "brand-new"]);
    await client.rest.issues.removeLabel({ ...issue, name: "brand-new" });
    expect((await client.rest.issues.listLabelsOnIssue(issue)).data.map(({ name }) => name)).toEqual([
      "codex:planning",
    ]);
    await expect(client.rest.issues.removeLabel({ ...issue, name: "brand-new" })).rejects.toMatchObject({
      status: 404,
    });
    await client.rest.issues.setLabels({ ...issue, labels: ["bug"] });
    expect(world.github.labels(world.repository, 1)).toEqual(["bug"]);
  });

  test("a transferred issue has new ids and keeps its talk; its old number redirects", async () => {
    const ada = world.github.as("ada");
    const other = await world.github.addRepository({ owner: "ada", name: "other" });
    const issue = ada.openIssue(world.repository, { title: "wanders", body: "text" });
    const comment = world.github.as("robot").comment(issue, "plan");
    ada.react(comment);
    world.pass(100);
    const moved = ada.transferIssue(issue, other);
    const { data } = await world.client("robot").rest.issues.get({ ...lab, issue_number: 1 });
    expect(data).toMatchObject({ id: moved.id, html_url: `${world.github.url}/ada/other/issues/1`, comments: 1 });
    expect(data.id).not.toBe(issue.id);
    const [kept] = world.github.comments(other, 1);
    expect(kept).toMatchObject({ author: { login: "robot" }, createdAt: comment.createdAt, body: "plan" });
    expect(kept?.id).not.toBe(comment.id);
    expect(kept?.reactions).toHaveLength(1);
  });

  test("a deleted issue is gone, a deleted account is a ghost", async () => {
    const issue = world.github.as("eve").openIssue(world.repository, { title: "mine" });
    world.github.as("ada").deleteIssue(issue);
    await expect(world.client("ada").rest.issues.get({ ...lab, issue_number: 1 })).rejects.toMatchObject({
      status: 410,
    });
    world.github.as("eve").openIssue(world.repository, { title: "again" });
    world.github.deleteUser("eve");
    const { data } = await world.client("ada").rest.issues.get({ ...lab, issue_number: 2 });
    expect(data.user?.login).toBe("ghost");
  });
});

describe("git data and pull requests", () => {
  test("refs, branches, commits, comparison and contents", async () => {
    const client = world.client("robot");
    const sha = await pushBranch();
    const ref = await client.rest.git.getRef({ ...lab, ref: "heads/codex/issue-1-abc" });
    expect(ref.data).toMatchObject({ ref: "refs/heads/codex/issue-1-abc", object: { sha, type: "commit" } });
    const matching = await client.rest.git.listMatchingRefs({ ...lab, ref: "heads/codex/" });
    expect(matching.data.map(({ object }) => object.sha)).toEqual([sha]);
    expect((await client.rest.repos.getBranch({ ...lab, branch: "main" })).data.protected).toBe(true);
    expect((await client.rest.repos.getBranch({ ...lab, branch: "codex/issue-1-abc" })).data.protected).toBe(false);
    expect((await client.rest.repos.listBranches(lab)).data).toHaveLength(2);
    const { data: commit } = await client.rest.repos.getCommit({ ...lab, ref: "codex/issue-1-abc" });
    expect(commit).toMatchObject({ sha, author: { login: "robot" }, stats: { additions: 2, deletions: 1 } });
    expect((await client.rest.repos.listCommits({ ...lab, sha })).data).toHaveLength(2);
    const { data } = await client.rest.repos.compareCommitsWithBasehead({
      ...lab,
      basehead: "main...codex/issue-1-abc",
    });
    expect(data).toMatchObject({ status: "ahead", ahead_by: 1, behind_by: 0 });
    expect(data.files?.map(({ filename, status }) => [filename, status])).toEqual([
      ["new file.txt", "added"],
      ["src/app.js", "modified"],
    ]);
    const file = await client.rest.repos.getContent({ ...lab, path: "new file.txt", ref: sha });
    expect(file.data).toMatchObject({ type: "file", content: "bmV3Cg==\n", encoding: "base64" });
    const folder = await client.rest.repos.getContent({ ...lab, path: "" });
    expect(folder.data).toMatchObject([{ name: "README.md" }, { name: "run.sh" }, { name: "src", type: "dir" }]);
  });

  test("a draft pull request, its files and commits, and the issue it would close", async () => {
    const client = world.client("robot");
    world.github.as("ada").openIssue(world.repository, { title: "wish" });
    const sha = await pushBranch();
    const wanted = { ...lab, head: "codex/issue-1-abc", base: "main", title: "Answer", body: "Closes #1", draft: true };
    const { data: pull, status } = await client.rest.pulls.create(wanted);
    expect(status).toBe(201);
    expect(pull).toMatchObject({ number: 2, draft: true, head: { sha }, changed_files: 2, commits: 1, merged: false });
    const listed = await client.rest.pulls.list({ ...lab, head: "ada:codex/issue-1-abc", state: "all" });
    expect(listed.data.map(({ number }) => number)).toEqual([2]);
    expect((await client.rest.pulls.list({ ...lab, head: "ada:other" })).data).toEqual([]);
    const files = await client.rest.pulls.listFiles({ ...lab, pull_number: 2 });
    expect(files.data[1]?.patch).toBe("@@ -1 +1 @@\n-export const answer = 41;\n+export const answer = 42;");
    expect((await client.rest.pulls.listCommits({ ...lab, pull_number: 2 })).data[0]?.commit.message).toBe(
      "Answer better",
    );
    await client.rest.pulls.update({ ...lab, pull_number: 2, title: "Better", state: "closed" });
    expect((await client.rest.pulls.get({ ...lab, pull_number: 2 })).data).toMatchObject({
      title: "Better",
      state: "closed",
    });
    expect((await client.rest.issues.get({ ...lab, issue_number: 2 })).data.pull_request).toBeDefined();
    const timeline = await client.rest.issues.listEventsForTimeline({ ...lab, issue_number: 1 });
    expect(timeline.data[0]?.event).toBe("cross-referenced");
  });

  test.each([
    ["head is missing", { head: "nowhere" }, { field: "head", code: "invalid" }],
    ["base is missing", { base: "nowhere" }, { field: "base", code: "invalid" }],
    ["nothing differs", { head: "same" }, { message: "No commits between main and same" }],
    ["one is open", {}, { message: "A pull request already exists for ada:codex/issue-1-abc." }],
  ])("no pull request when %s", async (_why, change, error) => {
    const client = world.client("robot");
    await pushBranch();
    const { github, repository } = world;
    const main = await client.rest.git.getRef({ ...lab, ref: "heads/main" });
    await github.commit(repository, { branch: "same", files: {}, from: main.data.object.sha });
    const empty = await client.rest.git.getRef({ ...lab, ref: "heads/same" });
    expect(empty.data.object.sha).not.toBe("");
    const wanted = { ...lab, head: "codex/issue-1-abc", base: "main", title: "Again" };
    if (Object.keys(change).length === 0) await client.rest.pulls.create(wanted);
    if ("head" in change && change.head === "same") await resetTo("same", main.data.object.sha);
    await expect(client.rest.pulls.create({ ...wanted, ...change })).rejects.toMatchObject({
      status: 422,
      response: { data: { message: "Validation Failed", errors: [{ resource: "PullRequest", ...error }] } },
    });
  });

  test("an empty repository says so", async () => {
    await world.github.addRepository({ owner: "ada", name: "void", empty: true });
    const client = world.client("robot");
    const nothing = { owner: "ada", repo: "void" };
    await expect(client.rest.git.getRef({ ...nothing, ref: "heads/main" })).rejects.toMatchObject({ status: 409 });
    await expect(client.rest.repos.listCommits(nothing)).rejects.toMatchObject({ status: 409 });
    await expect(client.rest.repos.getBranch({ ...nothing, branch: "main" })).rejects.toMatchObject({ status: 404 });
    await expect(client.rest.repos.getContent({ ...nothing, path: "x" })).rejects.toMatchObject({ status: 404 });
  });
});

async function resetTo(branch: string, sha: string): Promise<void> {
  const { runGit } = await import("./git/run-git.ts");
  await runGit(world.repository.folder, ["update-ref", `refs/heads/${branch}`, sha]);
}
