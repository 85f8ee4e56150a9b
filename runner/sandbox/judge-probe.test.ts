import { describe, expect, test } from "vitest";
import { sandboxChecks } from "../protocol.ts";
import { judgeProbe, type Probe } from "./judge-probe.ts";

const clean: Probe = {
  environmentNames: ["PATH", "HOME", "CODEX_HOME", "GIT_PAGER"],
  keyLikeNames: [],
  environments: [{ pid: "9", names: ["PATH", "HOME"] }],
  foreignProcesses: [],
  interfaces: [],
  reached: [],
  routes: [],
  resolves: false,
  privateFiles: [],
  privateSockets: [],
  serviceAccountFiles: [],
  writable: ["/workspace"],
  systemWritable: [],
  uid: 1000,
  capabilities: [],
  noNewPrivileges: true,
  devices: [],
};
const require = { policy: "require", writable: ["/workspace"], mediatorOnly: false } as const;
const pod = { policy: "pod", writable: ["/workspace"], mediatorOnly: true } as const;
const problemsOf = (found: Partial<Probe>, expectation: Parameters<typeof judgeProbe>[1]) =>
  judgeProbe({ ...clean, ...found }, expectation).problems;

describe("judgeProbe", () => {
  test("a clean sandbox is proven, and it is said in what", () => {
    expect(judgeProbe(clean, require)).toEqual({
      problems: [],
      proof: { policy: "require", proven: sandboxChecks, unproven: [] },
    });
    const { problems, proof } = judgeProbe(clean, pod);
    expect(problems).toEqual([]);
    expect(proof.proven).toContain("network");
    expect(sandboxChecks.filter((check) => !proof.proven.includes(check))).toEqual([
      "codex-sandbox",
      "mediator",
      "writable-folders",
    ]);
  });

  test.each<[string, Partial<Probe>, string]>([
    ["a token's name", { environmentNames: ["GITHUB_TOKEN"] }, "secrets in their environment: GITHUB_TOKEN;"],
    ["a key's value", { keyLikeNames: ["HARMLESS"] }, "secrets in their environment: HARMLESS;"],
    [
      "another process's secrets",
      { environments: [{ pid: "2", names: ["API_KEY", "PATH"] }] },
      "look into processes: API_KEY of process 2;",
    ],
    ["a process of the machine", { foreignProcesses: ["4"] }, "look into processes: process 4; give the agent a PID"],
    ["the user's files", { privateFiles: ["/root/.ssh"] }, "the user's files: /root/.ssh; take them out of CODEX_"],
    ["docker", { privateSockets: ["/run/docker.sock"] }, "services of the machine: /run/docker.sock;"],
    ["a service account", { serviceAccountFiles: ["a/token"] }, "mounted: a/token; set automountServiceAccountToken"],
    ["a network", { routes: ["1.1.1.1:443"] }, "commands have a network: 1.1.1.1:443; let a NetworkPolicy"],
    ["names", { resolves: true }, "commands have a network: names are looked up;"],
    ["the metadata service", { routes: ["169.254.169.254:80"] }, "metadata service, which hands out"],
    ["a system that can be changed", { systemWritable: ["/usr"] }, "system's files: /usr; set readOnlyRootFilesystem"],
    ["root", { uid: 0 }, "gain, privileges: they are root; run as a user"],
    ["capabilities", { capabilities: ["CapEff 1"] }, "gain, privileges: CapEff 1;"],
    ["setuid programs", { noNewPrivileges: false }, "gain, privileges: setuid programs work;"],
    ["a virtual machine", { devices: ["kvm"] }, "commands see devices: kvm;"],
  ])("both policies refuse %s", (_, found, problem) => {
    expect(problemsOf(found, require)).toEqual([expect.stringContaining(problem)]);
    expect(problemsOf(found, pod)).toEqual([expect.stringContaining(problem)]);
  });

  test.each<[string, Partial<Probe>, string]>([
    ["an interface", { interfaces: ["eth0"] }, "commands have a network: eth0;"],
    ["the mediator", { reached: ["/run/mediator.sock"] }, "only the runner may reach: /run/mediator.sock;"],
    ["a folder too many", { writable: ["/workspace", "/run/codex"] }, "they should: /run/codex;"],
    ["a folder too few", { writable: [] }, "they should: not /workspace;"],
    ["the bearer", { environmentNames: ["RUN_BEARER"] }, "environment: RUN_BEARER;"],
    ["the bearer's value", { keyLikeNames: ["RUN_BEARER"] }, "environment: RUN_BEARER;"],
  ])("only `require` can refuse %s", (_, found, problem) => {
    expect(problemsOf(found, require)).toEqual([expect.stringContaining(problem)]);
    expect(problemsOf(found, pod)).toEqual([]);
  });

  test("a route elsewhere is a fault where a NetworkPolicy is promised, and elsewhere told as not proven", () => {
    const open = { ...clean, routes: ["1.1.1.1:443"], resolves: true };
    expect(judgeProbe(open, pod).problems).toHaveLength(1);
    const { problems, proof } = judgeProbe(open, { ...pod, mediatorOnly: false });
    expect(problems).toEqual([]);
    expect(proof.unproven).toEqual(["network"]);
    expect(proof.proven).not.toContain("network");
    // The metadata service hands out credentials, whoever promised what.
    expect(problemsOf({ routes: ["169.254.169.254:80"] }, { ...pod, mediatorOnly: false })).toHaveLength(1);
  });

  test("all that was found is told", () => {
    expect(problemsOf({ uid: 0, devices: ["kvm", "mem"], privateFiles: ["/root/.ssh"] }, pod)).toHaveLength(3);
  });

  test.each(["MONKEY", "TOKENIZERS", "KEYBOARD", "PATH", "COMPATIBILITY", "HTTPS_PROXY", "no_proxy"])(
    "%s is no secret's name",
    (name) => {
      expect(problemsOf({ environmentNames: [name] }, require)).toEqual([]);
    },
  );
});
