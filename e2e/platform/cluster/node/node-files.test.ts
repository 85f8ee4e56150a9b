import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ProgramName, type Programs, programs } from "../../programs/programs.ts";
import { clusterLayout } from "../layout.ts";
import { clusterNetwork } from "../network.ts";
import { processSpecs } from "./process-specs.ts";
import { writeNodeFiles } from "./write-node-files.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "node-"));
  writeNodeFiles(clusterLayout(folder), clusterNetwork());
});
afterAll(() => rmSync(folder, { recursive: true }));

const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
const built = Object.fromEntries(Object.keys(programs).map((name) => [name, `/tools/${name}`])) as Programs;
const specs = (address?: string) =>
  processSpecs({
    ...{ layout: clusterLayout("/cluster"), network: clusterNetwork(address), programs: built },
    etcdPorts: { client: 10_001, peer: 10_002 },
  });
/** The CNI plugins are the machine's; everything that is written is not. */
const elsewhere = /^\/(?!usr\/lib\/cni$|healthz)/;

test("configuration is for its owner alone, and names no path of the machine's but the plugins'", () => {
  expect(files().length).toBeGreaterThan(9);
  for (const file of files()) {
    expect(statSync(file).mode & 0o077).toBe(0);
    const paths = [...readFileSync(file, "utf8").matchAll(/["\s](\/[a-z][^"\s]*)/g)].map(([, path = ""]) => path);
    expect(paths.filter((path) => elsewhere.test(path) && !path.startsWith(`${folder}/`))).toEqual([]);
  }
});

test("every process is a program that is built, but containerd; what it writes is below one folder", () => {
  for (const { name, command, args } of specs()) {
    if (name !== "containerd") expect(command).toBe(built[name as ProgramName]);
    const paths = args.flatMap((arg) => arg.match(/(?<==|^)\/[^ ]+/g) ?? []);
    expect(paths.filter((path) => !path.startsWith("/cluster/node/"))).toEqual([]);
  }
});

test("only the API server, the kubelet and DNS listen where pods reach them", () => {
  const listening = specs().flatMap(({ name, args }) =>
    args
      .filter((arg) => /^--(listen-.*urls|bind-address|.*-bind-address)=/.test(arg))
      .map((arg) => [name, /127\.0\.0\.1/.test(arg)]),
  );
  expect(listening.filter(([, loopback]) => !loopback)).toEqual([["kube-apiserver", false]]);
  expect(listening.filter(([name]) => name === "etcd")).toHaveLength(2);
});

test("another address of the node reaches everything that names it", () => {
  const text = JSON.stringify(specs("10.254.7.1"));
  expect(text).toContain("10.254.7.1");
  expect(text).not.toContain("10.254.0.1");
});
