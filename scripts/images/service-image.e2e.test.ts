import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { topics } from "../../contract/index.ts";
import { brokerTools } from "../../service/testing/broker/broker-tools.ts";
import { freePorts } from "../../service/testing/broker/free-ports.ts";
import { readTopic } from "../../service/testing/broker/read-topic.ts";
import { type Broker, startBroker } from "../../service/testing/broker/start-broker.ts";
import { users } from "../../service/testing/broker/users.ts";
import { describeWith } from "../../service/testing/needs-tools.ts";
import { type GitHubSimulator, startGitHub } from "../../simulators/github/start.ts";
import { billFaults, billUrls } from "./testing/check-bill.ts";
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
    const pnpmVersion = await runTool("pnpm", ["--version"], process.env);
    workshop = await openImageWorkshop({ pnpmVersion });
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

  type Texts = Readonly<Record<string, string>>;
  const start = (line: string, environment: Texts = {}, files: Texts = {}) => {
    const container = startContainer({ root, config, arguments: line.split(" "), environment, files });
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
      "/app/sbom.cdx.json",
      "/usr/local/bin/node",
      "/usr/local/share/licenses/node/LICENSE",
    ]);
    const sizes = Object.fromEntries(added.map(([path, size]) => [path, `${(size / megabyte).toFixed(1)} MB`]));
    console.log("added to the base:", sizes);
    expect(added.reduce((sum, [, size]) => sum + size, 0)).toBeLessThan(160 * megabyte);
    expect(added.find(([path]) => path === "/app/main.mjs")?.[1]).toBeLessThan(10 * megabyte);
  });

  test("has the licence of every package that is in the bundle, and lists just those", async () => {
    const licenses = readFileSync(join(root, "app", "THIRD-PARTY-LICENSES"), "utf8");
    const bundle = readFileSync(join(root, "app", "main.mjs"), "utf8");
    const origins = bundle.matchAll(/^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)/gm);
    const packages = new Set([...origins].map(([, name]) => name));
    expect(packages).toContain("zod");
    for (const name of packages) expect(licenses).toMatch(new RegExp(`^${name} \\d\\S* \\(.+\\)$`, "m"));
    const bill = readFileSync(join(root, "app", "sbom.cdx.json"), "utf8");
    expect(await billFaults(bill)).toBeNull();
    const urls = billUrls(bill);
    const listed = urls.flatMap((url) => /^pkg:npm\/(.+)@/.exec(decodeURIComponent(url))?.[1] ?? []);
    expect(new Set(listed)).toEqual(packages);
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
      "runner/main.ts",
      "scripts/images/a.ts",
    ];
    const unwanted = [
      ...[".env", ".npmrc", ".git/config", "id_ed25519", "dist/a.yaml", "local/main.ts", "scripts/test.ts"],
      ...["node_modules/zod/index.js", "service/node_modules/zod/index.js", "service/.env", "service/.env.production"],
      ...["service/tls/ca.key", "service/ca.pem", "service/serve/server.test.ts", "service/testing/fake.ts"],
      ...["scripts/images/testing/container.ts", "service/deep/er/testing/x.json", "infra/main.ts"],
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

  describe("serves", () => {
    let simulator: GitHubSimulator;
    let repository: ReturnType<GitHubSimulator["repository"]>;
    let environment: Record<string, string>;
    let address: string;
    beforeEach(async () => {
      simulator = await startGitHub();
      for (const login of ["octocat", "codex-automation"]) simulator.addUser({ login });
      repository = await simulator.addRepository({
        owner: "octocat",
        name: "hello",
        files: { "README.md": "# hello\n" },
        collaborators: { "codex-automation": "write" },
      });
      const [port] = await freePorts(1);
      address = `http://127.0.0.1:${port}`;
      environment = {
        GITHUB_TOKEN: simulator.token("codex-automation"),
        GITHUB_API_BASE_URL: simulator.apiUrl,
        GITHUB_WEBHOOK_SECRET: "It's a Secret to Everybody",
        CODEX_TRIGGER_LOGINS: "octocat",
        CODEX_REPOSITORIES: "octocat/hello",
        PORT: String(port),
      };
    });
    afterEach(() => simulator.close());

    const get = (path: string) =>
      fetch(`${address}${path}`).then(
        ({ status }) => status,
        () => "no answer",
      );

    /** Until it is ready, one delivery, and the end that it is told. */
    async function wholeLife(container: Container, begun: number): Promise<void> {
      const ready = async () => ((await get("/health/readiness")) === 200 ? "ready" : container.output());
      await expect.poll(ready, { timeout: 30_000, interval: 10 }).toBe("ready");
      console.log(`ready ${Math.round(performance.now() - begun)} ms after the start`);
      expect(await get("/health/liveness")).toBe(200);
      expect(await get("/metrics")).toBe(200);

      const secret = environment["GITHUB_WEBHOOK_SECRET"] ?? "";
      const hook = simulator.addWebhook(repository, {
        url: `${address}/webhooks/github`,
        secret,
        events: ["issues"],
      });
      const issue = simulator.as("octocat").openIssue(repository, { title: "Make it blue" });
      await simulator.waitFor("👀 on the issue", () => issue.reactions.some(({ content }) => content === "eyes"));
      await simulator.webhooksSettled();
      const delivery = simulator.deliveries(hook).find(({ event }) => event === "issues");
      expect(delivery).toMatchObject({ statusCode: 202 });

      await container.signal("TERM");
      expect(await container.exit, container.output()).toBe(0);
      expect(container.output()).toContain('"taskId":"codex-planning-');
      expect(container.output()).not.toContain(environment["GITHUB_TOKEN"]);
      expect(container.output()).not.toContain(secret);
    }

    test("from a queue of its own: ready, 202 to a signed delivery, ended in order by SIGTERM", async () => {
      const begun = performance.now();
      await wholeLife(start("serve", { ...environment, FROUSSARD_QUEUE: "/data/queue.db" }), begun);
    });

    describeWith(brokerTools, "to a real broker", () => {
      let broker: Broker;
      beforeAll(async () => {
        broker = await startBroker();
        await broker.createTopics();
        await broker.allow(users.service);
      }, 180_000);
      afterAll(() => broker?.stop());

      test("over TLS, as its user: the same, and the task is in its topic", async () => {
        const caFile = "/etc/froussard/ca.crt";
        const kafka = { ...broker.environment({ tls: true }), KAFKA_CA_FILE: caFile };
        const begun = performance.now();
        const container = start("serve", { ...environment, ...kafka }, { [caFile]: broker.caFile });
        await wholeLife(container, begun);
        expect(container.output()).not.toContain(users.service.password);
        const [task] = await readTopic(broker, topics.codexTasks);
        expect(task).toMatchObject({ key: "octocat/hello#1" });
      });
    });
  });
});
