import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ModelForwarder, startModelForwarder } from "../../agent/model-forwarder.ts";
import { bearer, startEgress, type TestEgress } from "./testing/start-egress.ts";

const name = "packages.example.test";
const missing = ["openssl", "curl", "git", "npm"].filter((tool) => {
  try {
    execFileSync("sh", ["-c", `command -v ${tool}`], { stdio: "ignore" });
    return false;
  } catch {
    return true;
  }
});

/** The whole way: tool, the agent's forwarder, the mediator's server, a server with TLS that has git's and npm's files. */
describe.skipIf(missing.length > 0 && process.env["CI"] !== "true")(
  `real tools find their way out${missing.map((tool) => ` [no ${tool}]`)}`,
  () => {
    let folder: string;
    let server: Server;
    let egress: TestEgress;
    let forwarder: ModelForwarder;
    let origin: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "real-tools-"));
      const at = (file: string) => join(folder, file);
      const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
      const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", at("key.pem")];
      execFileSync("openssl", ["req", "-x509", "-days", "1", ...key, "-out", at("ca.pem"), ...subject], {
        stdio: "ignore",
      });
      mkdirSync(at("public"));
      const git = (cwd: string, ...args: string[]) =>
        execFileSync("git", ["-C", cwd, "-c", "user.name=a", "-c", "user.email=a@b.example", ...args], {
          stdio: "ignore",
        });
      git(folder, "init", "--quiet", "--initial-branch=main", "source");
      git(at("source"), "commit", "--quiet", "--allow-empty", "--message=first");
      git(folder, "clone", "--quiet", "--bare", "source", "public/repository.git");
      git(at("public/repository.git"), "update-server-info");
      const version = {
        name: "thing",
        version: "1.2.3",
        dist: { tarball: "https://x.example/x.tgz", shasum: "0".repeat(40) },
      };
      writeFileSync(
        at("public/thing"),
        JSON.stringify({ name: "thing", "dist-tags": { latest: "1.2.3" }, versions: { "1.2.3": version } }),
      );
      server = createServer(
        { key: readFileSync(at("key.pem")), cert: readFileSync(at("ca.pem")) },
        ({ url = "" }, response) => {
          try {
            response.end(readFileSync(join(folder, "public", new URL(url, origin).pathname)));
          } catch {
            response.writeHead(404).end();
          }
        },
      );
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      origin = `https://${name}:${port}`;
      egress = await startEgress([`${name}:${port}`]);
      egress.names.set(name, ["127.0.0.1"]);
      const address = { host: "127.0.0.1", port: egress.port };
      forwarder = await startModelForwarder({ address, bearer, onBytes: () => {}, egress: true });
    });
    afterAll(async () => {
      await forwarder.close();
      await egress.close();
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    });

    /** A tool as a command of the agent: no other way to the name, which nobody else resolves. */
    async function run(program: string, args: readonly string[], proxy = `http://127.0.0.1:${forwarder.port}`) {
      const ca = join(folder, "ca.pem");
      return promisify(execFile)(program, args, {
        env: {
          PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
          HOME: join(folder, "home"),
          HTTPS_PROXY: proxy,
          https_proxy: proxy,
          NO_PROXY: "localhost,127.0.0.1,::1",
          ...{ CURL_CA_BUNDLE: ca, GIT_SSL_CAINFO: ca, NODE_EXTRA_CA_CERTS: ca, npm_config_registry: origin },
          ...{
            GIT_CONFIG_NOSYSTEM: "1",
            GIT_TERMINAL_PROMPT: "0",
            npm_config_fetch_retries: "0",
            npm_config_update_notifier: "false",
          },
        },
        timeout: 60_000,
      });
    }

    test("curl", async () => {
      expect((await run("curl", ["-sS", `${origin}/thing`])).stdout).toContain("1.2.3");
      await expect(run("curl", ["-sS", "https://evil.example/"])).rejects.toThrow(/response 403|HTTP code 403/);
    });

    test("git", async () => {
      expect((await run("git", ["ls-remote", `${origin}/repository.git`])).stdout).toMatch(
        /[0-9a-f]{40}\trefs\/heads\/main/,
      );
    });

    test("npm", async () => {
      expect((await run("npm", ["view", "thing", "version"])).stdout.trim()).toBe("1.2.3");
    });

    test("with the bearer in the proxy's address they speak to the mediator itself, and not with another one", async () => {
      const proxy = (password: string) => `http://run:${password}@127.0.0.1:${egress.port}`;
      expect((await run("curl", ["-sS", `${origin}/thing`], proxy(bearer))).stdout).toContain("1.2.3");
      expect((await run("git", ["ls-remote", `${origin}/repository.git`], proxy(bearer))).stdout).toContain("main");
      expect((await run("npm", ["view", "thing", "version"], proxy(bearer))).stdout.trim()).toBe("1.2.3");
      await expect(run("curl", ["-sS", `${origin}/thing`], proxy("wrong"))).rejects.toThrow(/407/);
    });
  },
);
