import { readFileSync } from "node:fs";
import { join } from "node:path";
import { colleague } from "@froussard/simulators/model/colleague/colleague";
import { afterEach, describe, expect, test } from "vitest";
import { startWorld, type World } from "./testing/start-world.ts";

let world: World;
afterEach(() => world.close());

describe.skipIf(process.platform !== "linux")("runs of a GitHub App", { timeout: 90_000 }, () => {
  test("publish although the token ran out while the agent worked", async () => {
    // Each answer of the model takes more than the hour that a token lasts.
    const slow: typeof colleague = (request) => {
      world.pass(3_700);
      return colleague(request);
    };
    world = await startWorld(slow, { asApp: true });
    world.openIssue();
    expect(await world.run({}), world.log.join("")).toMatchObject({ outcome: "done" });
    expect(world.comments("plan")).toMatchObject([{ author: { login: "codex-automation[bot]", type: "Bot" } }]);
    world.approve();
    expect(await world.run({ stage: "implementation" }), world.log.join("")).toMatchObject({
      outcome: "done",
      pullRequestUrl: expect.stringContaining("/pull/"),
    });
    expect(world.github.pulls(world.repository)).toMatchObject([
      { author: { login: "codex-automation[bot]" }, pull: { draft: true } },
    ]);
    expect(world.github.requests.filter(({ status }) => status === 401).length).toBeGreaterThan(1);
    const key = readFileSync(join(world.folder, "app.pem"), "utf8").split("\n")[1] ?? "";
    const said = [...world.log, ...world.model.requests.map(({ body }) => JSON.stringify(body))].join("\n");
    expect(key.length).toBeGreaterThan(60);
    expect(said).not.toContain(key);
    expect(said).not.toMatch(/ghs_|PRIVATE KEY/);
  });

  test("end with what has to be corrected when the installation is suspended", async () => {
    world = await startWorld(undefined, { asApp: true });
    world.openIssue();
    for (const installation of world.github.app("codex-automation").installations) installation.suspendedAt = 1;
    expect(await world.run({}), world.log.join("")).toMatchObject({
      outcome: "failed",
      code: "forbidden",
      detail: expect.stringMatching(/installation \d+ is suspended: unsuspend it/),
    });
  });

  test("are refused before they begin when there is no key, it lies in the agent's sight, or a token is set besides", async () => {
    world = await startWorld(undefined, { asApp: true });
    const { settings } = world.options({});
    const withKey = (file: string, readablePaths: string[] = []) => {
      const passedOn = { ...settings.passedOn, GITHUB_APP_PRIVATE_KEY_FILE: file };
      return world.run({}, { settings: { ...settings, passedOn, readablePaths } });
    };
    await expect(withKey("app.pem")).rejects.toThrow(/GITHUB_APP_PRIVATE_KEY_FILE must be an absolute path/);
    await expect(withKey("/etc/hostname")).rejects.toThrow(/\/etc\/hostname holds no RSA private key/);
    const file = settings.passedOn.GITHUB_APP_PRIVATE_KEY_FILE ?? "";
    await expect(withKey(file, [world.folder])).rejects.toThrow(/app\.pem lies where the agent may read/);
    const secrets = { ...world.secrets, githubToken: "ghp_x" };
    await expect(world.run({}, { secrets })).rejects.toThrow(/GITHUB_TOKEN is set beside GITHUB_APP_ID/);
    expect(world.model.requests).toEqual([]);
  });
});
