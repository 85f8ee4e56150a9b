import { createSign, generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { App, Installation } from "./store/records.ts";
import { lab, startWorld, type World } from "./testing/world.ts";

const now = Date.parse("2026-03-04T05:06:07Z") / 1000;
const otherKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs1",
  format: "pem",
});

let world: World;
let app: App;
let privateKey: string;
let installation: Installation;

beforeEach(async () => {
  world = await startWorld();
  ({ app, privateKey } = world.github.addApp("ada", { slug: "helper" }));
  installation = world.github.install(app, "ada", { repositories: [world.repository] });
});
afterEach(async () => {
  await world.github.close();
  expect(world.problems).toEqual([]);
});

function jwt(claims: object = {}, { key = privateKey, alg = "RS256" } = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg, typ: "JWT" })}.${part({ iat: now - 30, exp: now + 570, iss: app.id, ...claims })}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(key).toString("base64url")}`;
}
const asApp = (token = jwt()) => world.client(null, token);

async function installationToken(narrowing: object = {}): Promise<string> {
  const wanted = { installation_id: installation.id, ...narrowing };
  return (await asApp().rest.apps.createInstallationAccessToken(wanted)).data.token;
}
const asInstallation = async (narrowing?: object) => world.client(null, await installationToken(narrowing));

describe("an App by its key", () => {
  test("is told who it is, where it is installed, and nothing else", async () => {
    const client = asApp();
    expect((await client.rest.apps.getAuthenticated()).data).toMatchObject({ id: app.id, slug: "helper" });
    const found = await client.rest.apps.getRepoInstallation(lab);
    expect(found.data).toMatchObject({ id: installation.id, app_slug: "helper", suspended_at: null });
    expect((await client.rest.apps.getInstallation({ installation_id: installation.id })).data.target_type).toBe(
      "User",
    );
    await expect(client.rest.repos.get(lab)).rejects.toMatchObject({ status: 401 });
    await expect(client.rest.users.getAuthenticated()).rejects.toMatchObject({ status: 401 });
  });

  test("may be named by its client id", async () => {
    expect((await asApp(jwt({ iss: app.clientId })).rest.apps.getAuthenticated()).status).toBe(200);
  });

  test.each<[why: string, token: () => string, status: number, words: string]>([
    ["of another key", () => jwt({}, { key: String(otherKey) }), 401, "A JSON web token could not be decoded"],
    ["without a signature", () => `${jwt({}, { alg: "none" })}`, 401, "A JSON web token could not be decoded"],
    ["that is none", () => "a.b.c", 401, "A JSON web token could not be decoded"],
    ["of an unknown App", () => jwt({ iss: 1 }), 404, "Integration not found"],
    ["from the future", () => jwt({ iat: now + 60 }), 401, "'Issued at' claim ('iat') must be an Integer"],
    ["that has run out", () => jwt({ exp: now }), 401, "'Expiration time' claim ('exp') must be a numeric value"],
    ["for too long", () => jwt({ exp: now + 601 }), 401, "'Expiration time' claim ('exp') is too far in the future"],
  ])("is refused by a token %s", async (_, token, status, words) => {
    const refused = asApp(token()).rest.apps.getAuthenticated();
    await expect(refused).rejects.toMatchObject({
      status,
      response: { data: { message: expect.stringContaining(words) } },
    });
  });

  test("nobody else asks as it", async () => {
    const client = world.client("ada");
    await expect(client.rest.apps.getAuthenticated()).rejects.toMatchObject({ status: 401 });
    await expect((await asInstallation()).rest.apps.getAuthenticated()).rejects.toMatchObject({ status: 401 });
  });
});

describe("a token of an installation", () => {
  test("is limited to what was asked for", async () => {
    const other = await world.github.addRepository({ owner: "ada", name: "other", private: true });
    installation.repositories = null;
    const narrowing = { repositories: ["lab"], permissions: { issues: "write", contents: "read" } };
    const { data } = await asApp().rest.apps.createInstallationAccessToken({
      installation_id: installation.id,
      ...(narrowing as object),
    });
    expect(data).toMatchObject({
      token: expect.stringMatching(/^ghs_/),
      expires_at: "2026-03-04T06:06:07Z",
      permissions: { metadata: "read", issues: "write", contents: "read" },
      repository_selection: "selected",
      repositories: [{ full_name: "ada/lab" }],
    });
    const client = world.client(null, data.token);
    const seen = await client.rest.apps.listReposAccessibleToInstallation();
    expect(seen.data.repositories.map(({ full_name }) => full_name)).toEqual(["ada/lab"]);
    await expect(client.rest.repos.get({ owner: "ada", repo: other.name })).rejects.toMatchObject({ status: 404 });
    await client.rest.issues.create({ ...lab, title: "by the App" });
    await expect(client.rest.git.getRef({ ...lab, ref: "heads/main" })).resolves.toMatchObject({ status: 200 });
    await world.github.commit(world.repository, { branch: "topic", files: { a: "b" }, from: "main" });
    const pull = client.rest.pulls.create({ ...lab, head: "topic", base: "main", title: "no" });
    await expect(pull).rejects.toMatchObject({
      status: 403,
      response: { data: { message: "Resource not accessible by integration" } },
    });
  });

  test("is narrowed by ids as well", async () => {
    const client = await asInstallation({ repository_ids: [world.repository.id] });
    expect((await client.rest.apps.listReposAccessibleToInstallation()).data.total_count).toBe(1);
  });

  test.each<[why: string, narrowing: object, words: string]>([
    ["what was not granted", { permissions: { administration: "write" } }, "The permissions requested are not granted"],
    ["a repository of others", { repositories: ["nothing"] }, "There is at least one repository that does not exist"],
    ["no repository", { repositories: [] }, "There is at least one repository that does not exist"],
  ])("is not given for %s", async (_, narrowing, words) => {
    await expect(installationToken(narrowing)).rejects.toMatchObject({
      status: 422,
      response: { data: { message: expect.stringContaining(words) } },
    });
  });

  test("acts as the App's account, which is no person's", async () => {
    const client = await asInstallation();
    const made = await client.rest.issues.create({ ...lab, title: "wish" });
    expect(made.data).toMatchObject({
      user: { login: "helper[bot]", type: "Bot" },
      performed_via_github_app: { slug: "helper" },
    });
    await expect(client.rest.users.getAuthenticated()).rejects.toMatchObject({ status: 403 });
    const { data: account } = await client.rest.users.getByUsername({ username: "helper[bot]" });
    expect((await client.rest.repos.get(lab)).data.permissions?.push).toBe(false);
    const query = `{ viewer { login databaseId } repository(owner: "ada", name: "lab") {
      issue(number: 1) { author { __typename login } viewerDidAuthor } } }`;
    expect(await client.graphql(query)).toEqual({
      viewer: { login: "helper[bot]", databaseId: account.id },
      repository: { issue: { author: { __typename: "Bot", login: "helper" }, viewerDidAuthor: true } },
    });
  });

  test("runs out", async () => {
    const token = await installationToken();
    const client = world.client(null, token);
    expect((await client.rest.repos.get(lab)).headers["x-ratelimit-remaining"]).toBe("4999");
    world.pass(3599);
    await client.rest.repos.get(lab);
    world.pass(1);
    await expect(client.rest.repos.get(lab)).rejects.toMatchObject({ status: 401 });
  });

  test("has one budget with the next one", async () => {
    const [first, second] = [await asInstallation(), await asInstallation()];
    await first.rest.repos.get(lab);
    expect((await second.rest.repos.get(lab)).headers["x-ratelimit-remaining"]).toBe("4998");
  });

  test("is of no use while the installation is suspended, nor without it", async () => {
    const client = await asInstallation();
    installation.suspendedAt = now * 1000;
    await expect(client.rest.repos.get(lab)).rejects.toMatchObject({ status: 403 });
    await expect(installationToken()).rejects.toMatchObject({ status: 403 });
    installation.suspendedAt = null;
    installation.removed = true;
    await expect(client.rest.repos.get(lab)).rejects.toMatchObject({ status: 401 });
    await expect(installationToken()).rejects.toMatchObject({ status: 404 });
  });
});
