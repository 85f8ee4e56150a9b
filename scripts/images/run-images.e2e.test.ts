import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { describeWith } from "../../service/testing/needs-tools.ts";
import { makeCertificates } from "../../simulators/testing/certificates.ts";
import { imageBill } from "./bill/image-bill.ts";
import { billFaults, billUrls } from "./testing/check-bill.ts";
import { type Container, type ContainerOptions, startContainer } from "./testing/container.ts";
import { describeRuns } from "./testing/describe-runs.ts";
import type { ImageConfig } from "./testing/image-store.ts";
import { installImageTools, runImageTools } from "./testing/image-tools.ts";
import { type ImageWorkshop, openImageWorkshop } from "./testing/image-workshop.ts";
import { listFiles } from "./testing/list-files.ts";
import { runTool } from "./testing/run-tool.ts";

const megabyte = 1024 * 1024;
const { version }: { version: string } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"),
);

interface Image {
  name: string;
  config: ImageConfig;
  /** Its root filesystem. */
  root: string;
  /** As it was built; what is started in it makes folders to mount at. */
  files: ReadonlyMap<string, number>;
}

installImageTools();

describeWith(runImageTools, "the images of a run", () => {
  let workshop: ImageWorkshop;
  const images = {} as Record<"runner" | "agent", Image>;
  const started: Container[] = [];

  async function imageOf(name: string): Promise<Image> {
    const root = await workshop.store.mount(name);
    return { name, config: await workshop.store.config(name), root, files: listFiles(root) };
  }
  beforeAll(async () => {
    const pnpmVersion = await runTool("pnpm", ["--version"], process.env);
    workshop = await openImageWorkshop({ pnpmVersion, debian: true });
    for (const target of ["runner", "agent"] as const)
      images[target] = await imageOf(await workshop.build("runner/Dockerfile", `codex-${target}`, { target }));
  }, 900_000);
  afterEach(async () => {
    for (const { signal, exit } of started.splice(0)) {
      await signal("KILL").catch(() => "it has ended");
      await exit;
    }
  });
  afterAll(() => workshop?.close(), 120_000);

  function start({ root, config }: Image, options: Omit<ContainerOptions, "root" | "config">): Container {
    const container = startContainer({ root, config, ...options });
    started.push(container);
    return container;
  }
  async function run(image: Image, command: readonly string[], options: Partial<ContainerOptions> = {}) {
    const container = start(image, { entrypoint: command, arguments: [], folders: ["/tmp"], ...options });
    return { code: await container.exit, output: container.output() };
  }

  describeRuns((pod, options) =>
    start(images[pod.image.includes("/codex-agent:") ? "agent" : "runner"], {
      entrypoint: pod.command,
      ...pod,
      ...options,
    }),
  );

  test.each([
    ["runner", "codex-runner", "65532:65532"],
    ["agent", "codex-agent", "65533:65533"],
  ] as const)("%s is started as a number that is not root, and says what it is", (name, title, user) => {
    expect(images[name].config).toMatchObject({
      User: user,
      Entrypoint: ["codex-runner"],
      StopSignal: "SIGTERM",
      Labels: { "org.opencontainers.image.title": title, "org.opencontainers.image.version": version },
    });
  });

  test("runner holds Node.js, the program, git with a shell for its password, and nothing else beside its base", () => {
    const base = listFiles(workshop.base);
    const added = [...images.runner.files].filter(([path]) => !base.has(path));
    const isLibrary = /^\/usr\/lib\/[^/]+-linux-gnu\/lib[^/]+\.so\.[\d.]+$/;
    const isNotice = /^\/usr\/share\/doc\/[^/]+\/copyright$|^\/var\/lib\/dpkg\/status\.d\/[^/]+$/;
    const paths = added.map(([path]) => path).filter((path) => !isLibrary.test(path) && !isNotice.test(path));
    expect(paths.sort()).toEqual([
      "/app/THIRD-PARTY-LICENSES",
      "/app/main.mjs",
      "/app/main.mjs.map",
      "/app/sbom.cdx.json",
      "/bin/sh",
      "/usr/bin/dash",
      "/usr/bin/git",
      "/usr/lib/git-core/git",
      "/usr/lib/git-core/git-remote-http",
      "/usr/lib/git-core/git-remote-https",
      "/usr/local/bin/codex-runner",
      "/usr/local/bin/node",
      "/usr/local/share/licenses/node/LICENSE",
    ]);
    const size = added.reduce((sum, [, bytes]) => sum + bytes, 0);
    console.log(`codex-runner adds ${Math.round(size / megabyte)} MB to its base`);
    expect(size).toBeLessThan(190 * megabyte);
    // A scanner for vulnerabilities finds git and its libraries, with their versions.
    const known = readdirSync(join(images.runner.root, "var/lib/dpkg/status.d"));
    expect(known).toEqual(expect.arrayContaining(["git", "libcurl3-gnutls", "libgnutls30", "zlib1g"]));
    expect(readFileSync(join(images.runner.root, "var/lib/dpkg/status.d/git"), "utf8")).toMatch(/^Version: \S+$/m);
  });

  test("agent has the pinned Codex, and neither GitHub's client nor a client of Docker or Kubernetes", () => {
    const { root, files } = images.agent;
    const bundle = readFileSync(join(root, "app/main.mjs"), "utf8");
    expect(bundle.includes("node_modules/zod/")).toBe(true);
    expect(bundle.includes("node_modules/@octokit/")).toBe(false);
    const codex = JSON.parse(readFileSync(join(root, "app/node_modules/@openai/codex/package.json"), "utf8"));
    const lock = readFileSync(join(workshop.context, "pnpm-lock.yaml"), "utf8");
    expect(lock).toContain(`'@openai/codex@${codex.version}':`);
    const programs = [...files.keys()]
      .filter((path) => /\/s?bin\/[^/]+$/.test(path))
      .map((path) => path.split("/").at(-1));
    for (const name of ["docker", "podman", "runc", "kubectl", "argo", "sudo", "ssh", "gh"])
      expect(programs, name).not.toContain(name);
    const size = [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
    const of = (folder: string) =>
      [...files].reduce((sum, [path, bytes]) => sum + (path.startsWith(folder) ? bytes : 0), 0);
    console.log(
      `codex-agent: ${Math.round(size / megabyte)} MB; Codex ${Math.round(of("/app/") / megabyte)}, /usr ${Math.round(of("/usr/") / megabyte)}`,
    );
    expect(size).toBeLessThan(1_300 * megabyte);
  });

  test.each([
    ["runner", ["pkg:npm/zod@", "pkg:npm/%40octokit/core@", "pkg:generic/node@", "pkg:deb/debian/git@"]],
    [
      "agent",
      ["pkg:npm/zod@", "pkg:npm/%40openai/codex@", "pkg:generic/node@", "pkg:deb/debian/gcc@", "pkg:deb/debian/bash@"],
    ],
  ] as const)(
    "a bill of materials of %s lists packages, Codex, Node.js and what is of Debian",
    async (name, expected) => {
      const bill = imageBill({ name, version }, images[name].root);
      expect(await billFaults(bill)).toBeNull();
      const urls = billUrls(bill);
      // Codex is there twice: what npm would start, and what is of this platform.
      for (const start of expected)
        expect(
          urls.find((url) => url.startsWith(start)),
          start,
        ).toBeDefined();
      expect(new Set(urls).size).toBe(urls.length);
    },
  );

  test("no program of either has a set-user or set-group bit, where Debian has some", async () => {
    const find = (root: string) => runTool("find", [root, "-xdev", "-type", "f", "-perm", "/6000"], process.env);
    expect(await find(await workshop.store.mount("localhost/node"))).toMatch(/\/passwd$/m);
    for (const { root } of Object.values(images)) expect(await find(root)).toBe("");
  });

  test("what is ours in them is the same bytes when it is built again", async () => {
    for (const [name, files] of [
      ["runner", ["main.mjs", "main.mjs.map", "THIRD-PARTY-LICENSES", "sbom.cdx.json"]],
      ["agent", ["main.mjs", "main.mjs.map", "probe.mjs", "package.json", "THIRD-PARTY-LICENSES", "sbom.cdx.json"]],
    ] as const) {
      const image = await workshop.build("runner/Dockerfile", `again-${name}`, { target: `${name}-bundle` });
      const again = await workshop.store.mount(image);
      for (const file of files) {
        const [one, other] = [join(images[name].root, "app", file), join(again, "image/app", file)];
        expect(readFileSync(one).equals(readFileSync(other)), file).toBe(true);
      }
    }
  }, 300_000);

  test.each([
    ["runner", "mediator", ["GITHUB_TOKEN", "OPENAI_API_KEY", "RUN_BEARER", "TASK_STAGE", "TASK_REPOSITORY"]],
    ["runner", "report", ["GITHUB_TOKEN", "RUN_STATUS", "TASK_STAGE", "TASK_REPOSITORY"]],
    ["agent", "agent", ["MEDIATOR_URL", "RUN_BEARER"]],
  ] as const)("%s: %s without settings ends with 2 and names all that is missing", async (image, command, names) => {
    const { code, output } = await run(images[image], ["codex-runner", command]);
    expect(code, output).toBe(2);
    for (const name of names) expect(output).toContain(name);
  });

  test.each([
    ["runner", "agent"],
    ["agent", "mediator"],
    ["agent", "report"],
    ["runner", "run"],
  ] as const)("%s does not know the command %s", async (image, command) => {
    const { code, output } = await run(images[image], ["codex-runner", command]);
    expect([code, output]).toEqual([2, expect.stringContaining(`unknown command '${command}'`)]);
  });

  test("git in runner speaks TLS, and trusts the authorities of the base image alone", async () => {
    const folder = mkdtempSync(join(tmpdir(), "froussard-tls-"));
    const { keyStore, caFile } = makeCertificates(folder);
    const pem = readFileSync(keyStore);
    const server = createServer({ key: pem, cert: pem }, (_, response) => response.writeHead(403).end());
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `https://localhost:${(server.address() as AddressInfo).port}/x.git`;
    try {
      const stranger = await run(images.runner, ["git", "ls-remote", url]);
      expect([stranger.code, stranger.output]).toEqual([
        128,
        expect.stringContaining("certificate verification failed"),
      ]);
      const files = { "/etc/ssl/certs/ca-certificates.crt": caFile };
      const trusted = await run(images.runner, ["git", "ls-remote", url], { files });
      expect([trusted.code, trusted.output]).toEqual([128, expect.stringMatching(/returned error: 403/)]);
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });

  test("a repository's own toolchain is added as documented, and found by commands", async () => {
    const name = await workshop.build("runner/images/example-toolchain/Dockerfile", "with-ruby", {
      arguments: { AGENT_IMAGE: images.agent.name },
    });
    const image = await imageOf(name);
    expect(image.config.User).toBe("65533:65533");
    for (const shell of ["-c", "-lc"]) {
      const { code, output } = await run(image, [
        "bash",
        shell,
        "echo 'puts 1 + 1' > /tmp/a.rb; check-ruby /tmp/a.rb; ruby /tmp/a.rb",
      ]);
      expect([code, output], shell).toEqual([0, "Syntax OK\n2\n"]);
    }
    expect(await runTool("find", [image.root, "-xdev", "-type", "f", "-perm", "/6000"], process.env)).toBe("");
  }, 300_000);
});
