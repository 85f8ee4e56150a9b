import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitUrl } from "@froussard/github/client";
import { startGitHub } from "@froussard/simulators/github/start";
import { makeCertificates } from "@froussard/simulators/testing/certificates";
import { afterAll, expect, test } from "vitest";
import { createGitRepository } from "./git-repository.ts";
import { writeTrustedAuthorities } from "./trusted-authorities.ts";

const folder = mkdtempSync(join(tmpdir(), "git-authorities-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("git trusts what Node.js trusts: the public authorities and those of NODE_EXTRA_CA_CERTS", async () => {
  const { caFile } = makeCertificates(join(folder, "tls"));
  const program = `
    import { writeTrustedAuthorities } from ${JSON.stringify(join(import.meta.dirname, "trusted-authorities.ts"))};
    await writeTrustedAuthorities(${JSON.stringify(join(folder, "state"))});`;
  execFileSync(process.execPath, ["--input-type=module-typescript", "--eval", program], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile },
  });
  const written = readFileSync(join(folder, "state", "authorities.pem"), "utf8");
  expect(written).toContain(readFileSync(caFile, "utf8").trim());
  expect(written.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(100);
});

test("a server of a private authority is fetched from with that authority, and refused without", async () => {
  const { caFile, keyStore } = makeCertificates(join(folder, "server"));
  const pem = readFileSync(keyStore, "utf8");
  const github = await startGitHub({ host: "localhost", tls: { cert: pem, key: pem } });
  try {
    github.addUser({ login: "octocat" });
    const repository = await github.addRepository({ owner: "octocat", name: "lab", files: { "a.txt": "1" } });
    const tip = await github.commit(repository, { files: { "a.txt": "2" } });
    const open = (name: string, authorities: string) =>
      createGitRepository({
        ...{ url: gitUrl(github.apiUrl, "octocat/lab"), token: async () => github.token("octocat") },
        ...{ folder: join(folder, name), authorities, retryDelays: [] },
      });
    expect(github.url).toMatch(/^https:\/\/localhost:\d+$/);
    await (await open("trusting", caFile)).fetchCommit(tip);
    const others = await writeTrustedAuthorities(join(folder, "others"));
    await expect((await open("strange", others)).fetchCommit(tip)).rejects.toThrow(/certificate/i);
  } finally {
    await github.close();
  }
});
