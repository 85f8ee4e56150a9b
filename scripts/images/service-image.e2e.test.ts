import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { freePorts } from "../../service/testing/broker/free-ports.ts";
import { describeWith } from "../../service/testing/needs-tools.ts";
import { type GitHubSimulator, startGitHub } from "../../simulators/github/start.ts";
import { type Container, startContainer } from "./testing/container.ts";
import type { ImageConfig } from "./testing/image-store.ts";
import { imageTools, installImageTools } from "./testing/image-tools.ts";
import { type ImageWorkshop, openImageWorkshop } from "./testing/image-workshop.ts";
import { listFiles } from "./testing/list-files.ts";
import { runTool } from "./testing/run-tool.ts";

const repositoryRoot = join(import.meta.dirname, "..", "..");
const megabyte = 1024 * 1024;

installImageTools();

describeWith(imageTools, "the service's image", () => {
  let workshop: ImageWorkshop;
  let config: ImageConfig;
  /** The root filesystem of the image. */
  let root: string;
  const started: Container[] = [];

  beforeAll(async () => {
    const pnpm = await runTool("pnpm", ["--version"], process.env);
    workshop = await openImageWorkshop(pnpm);
    const image = await workshop.build("service/Dockerfile", "froussard");
    config = await workshop.store.config(image);
    root = await workshop.store.mount(image);
  }, 300_000);
  afterEach(async () => {
    for (const { signal, exit } of started.splice(0)) {
      await signal("KILL").catch(() => "it has ended");
      await exit;
    }
  });
  afterAll(() => workshop?.close(), 60_000);

  const start = (line: string, environment: Readonly<Record<string, string>> = {}) => {
    const container = startContainer({ root, config, arguments: line.split(" "), environment });
    started.push(container);
    return container;
  };
  const runScript = async (script: string, readonlyRoot = true) => {
    const node = config.Entrypoint.slice(0, 1);
    const container = startContainer({ root, config, entrypoint: node, arguments: ["-e", script], readonlyRoot });
    started.push(container);
    expect(await container.exit, container.output()).toBe(0);
    return container.output();
  };

  test("holds Node.js, the bundle and licences, and nothing else beside its base", () => {
    const base = listFiles(workshop.base);
    const added = [...listFiles(root)].filter(([path]) => !base.has(path));
    expect(added.map(([path]) => path).sort()).toEqual([
      "/app/THIRD-PARTY-LICENSES",
      "/app/main.mjs",
      "/app/main.mjs.map",
      "/usr/local/bin/node",
      "/usr/local/share/licenses/node/LICENSE",
    ]);
    const sizes = Object.fromEntries(added.map(([path, size]) => [path, `${(size / megabyte).toFixed(1)} MB`]));
    console.log("added to the base:", sizes);
    expect(added.reduce((sum, [, size]) => sum + size, 0)).toBeLessThan(160 * megabyte);
    expect(added.find(([path]) => path === "/app/main.mjs")?.[1]).toBeLessThan(10 * megabyte);
  });

  test("has the licence of every package that is in the bundle", () => {
    const licenses = readFileSync(join(root, "app", "THIRD-PARTY-LICENSES"), "utf8");
    const bundle = readFileSync(join(root, "app", "main.mjs"), "utf8");
    const origins = bundle.matchAll(/^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)/gm);
    const packages = new Set([...origins].map(([, name]) => name));
    expect(packages).toContain("zod");
    for (const name of packages) expect(licenses).toMatch(new RegExp(`^${name} \\d\\S* \\(.+\\)$`, "m"));
  });

  test("is started as a number that is not root, and says what it is", () => {
    expect(config).toMatchObject({
      User: "65532:65532",
      StopSignal: "SIGTERM",
      Labels: {
        "org.opencontainers.image.title": "froussard",
        "org.opencontainers.image.version": JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8"))
          .version,
      },
    });
    expect(config.Env).toContain("NODE_ENV=production");
    expect(Object.keys(config.ExposedPorts).sort()).toEqual(["8080/tcp", "8081/tcp"]);
  });

  test("is the same bytes when it is built again", async () => {
    const again = await workshop.store.mount(await workshop.build("service/Dockerfile", "again"));
    for (const file of ["main.mjs", "main.mjs.map", "THIRD-PARTY-LICENSES"])
      expect(readFileSync(join(again, "app", file)).equals(readFileSync(join(root, "app", file))), file).toBe(true);
  });

  test("stack traces lead to the file and line of the repository", () => {
    const bundle = readFileSync(join(root, "app", "main.mjs"), "utf8").split("\n");
    const map = new SourceMap(JSON.parse(readFileSync(join(root, "app", "main.mjs.map"), "utf8")));
    const thrown = "class ConfigError extends Error";
    const line = bundle.findIndex((text) => text.includes("ConfigError = class"));
    const origin = map.findEntry(line, bundle[line]?.indexOf("class") ?? 0);
    expect(origin).toMatchObject({ originalSource: "service/config.ts" });
    const source = readFileSync(join(workshop.context, "service", "config.ts"), "utf8").split("\n");
    expect("originalLine" in origin && source[origin.originalLine]).toContain(thrown);
  });

  test("runs as that user, who can write to memory alone", async () => {
    const attempt = `
      const { writeFileSync } = require("node:fs");
      const write = (path) => { try { writeFileSync(path, ""); return "written"; } catch (error) { return error.code; } };
      const paths = ["/app/main.mjs", "/app/new", "/usr/local/bin/node", "/etc/passwd", "/new", "/data/new", "/tmp/new"];
      console.log(JSON.stringify([process.getuid(), process.getgid(), process.pid, ...paths.map(write)]));`;
    const readOnly = ["EROFS", "EROFS", "EROFS", "EROFS", "EROFS", "written", "written"];
    expect(JSON.parse(await runScript(attempt))).toEqual([65532, 65532, 1, ...readOnly]);
    const denied = ["EACCES", "EACCES", "EACCES", "EACCES", "EACCES", "written", "written"];
    expect(JSON.parse(await runScript(attempt, false))).toEqual([65532, 65532, 1, ...denied]);
  });

  test.each([
    ["watch --help", 0, /WATCH_PORT/],
    ["serve --help", 0, /GITHUB_WEBHOOK_SECRET/],
    ["serve", 2, /GITHUB_WEBHOOK_SECRET: /],
    ["watch", 2, /GITHUB_TOKEN: /],
    ["sh", 2, /unknown command 'sh'/],
  ])("%s ends with %i", async (line, code, words) => {
    const container = start(line);
    expect(await container.exit).toBe(code);
    expect(container.output()).toMatch(words);
  });

  test("its context is what it is made of: no history, no secret, no installed package, no test", async () => {
    const context = mkdtempSync(join(tmpdir(), "froussard-context-"));
    const wanted = [
      "package.json",
      "pnpm-lock.yaml",
      "contract/index.ts",
      "service/serve/server.ts",
      "scripts/images/a.ts",
    ];
    const unwanted = [
      ...[".env", ".npmrc", ".git/config", "id_ed25519", "dist/a.yaml", "local/main.ts", "scripts/test.ts"],
      ...["node_modules/zod/index.js", "service/node_modules/zod/index.js", "service/.env", "service/.env.production"],
      ...["service/tls/ca.key", "service/ca.pem", "service/serve/server.test.ts", "service/testing/fake.ts"],
      ...["scripts/images/testing/container.ts", "service/deep/er/testing/x.json", "runner/main.ts"],
    ];
    for (const path of [...wanted, ...unwanted]) {
      mkdirSync(dirname(join(context, path)), { recursive: true });
      writeFileSync(join(context, path), path);
    }
    writeFileSync(join(context, ".dockerignore"), readFileSync(join(repositoryRoot, ".dockerignore")));
    const dockerfile = join(context, "Dockerfile");
    writeFileSync(dockerfile, "FROM scratch\nCOPY . /\n");
    const image = await workshop.store.build("localhost/context", { dockerfile, context });
    const files = [...listFiles(await workshop.store.mount(image)).keys()];
    expect(files.sort()).toEqual(wanted.map((path) => `/${path}`).sort());
    rmSync(context, { recursive: true });
  });

  let simulator: GitHubSimulator;
  let repository: ReturnType<GitHubSimulator["repository"]>;
  beforeEach(async () => {
    simulator = await startGitHub();
    for (const login of ["octocat", "codex-automation"]) simulator.addUser({ login });
    repository = await simulator.addRepository({
      owner: "octocat",
      name: "hello",
      files: { "README.md": "# hello\n" },
      collaborators: { "codex-automation": "write" },
    });
  });
  afterEach(() => simulator.close());

  test("serves: alive, ready, a signed delivery is answered 202, SIGTERM ends it in order", async () => {
    const [port = 0] = await freePorts(1);
    const environment = {
      GITHUB_TOKEN: simulator.token("codex-automation"),
      GITHUB_API_BASE_URL: simulator.apiUrl,
      GITHUB_WEBHOOK_SECRET: "It's a Secret to Everybody",
      CODEX_TRIGGER_LOGINS: "octocat",
      CODEX_REPOSITORIES: "octocat/hello",
      FROUSSARD_QUEUE: "/data/queue.db",
      PORT: String(port),
    };
    const begun = performance.now();
    const container = start("serve", environment);
    const get = async (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`).then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(() => get("/health/readiness"), { timeout: 20_000, interval: 10 }).toBe(200);
    console.log(`ready ${Math.round(performance.now() - begun)} ms after the start`);
    expect(await get("/health/liveness")).toBe(200);
    expect(await get("/metrics")).toBe(200);

    const hook = simulator.addWebhook(repository, {
      url: `http://127.0.0.1:${port}/webhooks/github`,
      secret: environment.GITHUB_WEBHOOK_SECRET,
      events: ["issues"],
    });
    const issue = simulator.as("octocat").openIssue(repository, { title: "Make it blue" });
    await simulator.waitFor("👀 on the issue", () => issue.reactions.some(({ content }) => content === "eyes"));
    const delivery = simulator.deliveries(hook).find(({ event }) => event === "issues");
    expect(delivery).toMatchObject({ statusCode: 202 });

    await container.signal("TERM");
    expect(await container.exit, container.output()).toBe(0);
    expect(container.output()).toContain('"taskId":"codex-planning-');
    expect(container.output()).not.toContain(environment.GITHUB_TOKEN);
    expect(container.output()).not.toContain(environment.GITHUB_WEBHOOK_SECRET);
  });
});
