import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clusterNetwork } from "./network.ts";
import { certificatePlans, makePki } from "./pki.ts";

const network = clusterNetwork();
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pki-"));
  await makePki(folder, network);
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (name: string) => new X509Certificate(readFileSync(join(folder, `${name}.crt`)));

test.each(certificatePlans(network))("$name is signed by the authority, for $user", ({ name, user, group, hosts }) => {
  const certificate = read(name);
  expect(certificate.verify(read("ca").publicKey)).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.subject.split("\n")).toEqual([...(group ? [`O=${group}`] : []), `CN=${user}`]);
  // The numbers of "for servers" and "for clients".
  expect(certificate.keyUsage).toEqual([hosts ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2"]);
});

test("the API server is known by the address that pods use, and by the node's", () => {
  const certificate = read("kube-apiserver");
  expect(certificate.checkIP(network.apiService)).toBe(network.apiService);
  expect(certificate.checkIP(network.nodeAddress)).toBe(network.nodeAddress);
  expect(certificate.checkHost("kubernetes.default.svc")).toBe("kubernetes.default.svc");
});

test("keys are for their owner alone", () => {
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const name of ["ca.key", "admin.key", "service-accounts.key"])
    expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
});
