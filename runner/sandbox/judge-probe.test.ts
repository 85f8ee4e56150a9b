import { describe, expect, test } from "vitest";
import { judgeProbe, type Probe } from "./judge-probe.ts";

const clean: Probe = {
  environmentNames: ["PATH", "HOME", "CODEX_HOME", "GIT_PAGER"],
  keyLikeNames: [],
  environments: [{ pid: "9", names: ["PATH", "HOME"] }],
  interfaces: [],
  reached: [],
  privateFiles: [],
  serviceAccountFiles: [],
  writable: ["/workspace"],
};
const require = { policy: "require", writable: ["/workspace"] } as const;
const pod = { policy: "pod", writable: ["/workspace"] } as const;

describe("judgeProbe", () => {
  test("a clean sandbox is proven", () => {
    expect(judgeProbe(clean, require)).toEqual([]);
    expect(judgeProbe(clean, pod)).toEqual([]);
  });

  test.each<[string, Partial<Probe>, string]>([
    ["a token's name", { environmentNames: ["GITHUB_TOKEN"] }, "secrets in their environment: GITHUB_TOKEN"],
    ["a key's value", { keyLikeNames: ["HARMLESS"] }, "secrets in their environment: HARMLESS"],
    ["another process", { environments: [{ pid: "2", names: ["RUN_BEARER", "PATH"] }] }, "RUN_BEARER of process 2"],
    ["a network", { interfaces: ["eth0"] }, "commands have a network: eth0"],
    ["the mediator", { reached: ["/run/mediator.sock"] }, "only the runner may reach: /run/mediator.sock"],
    ["the user's files", { privateFiles: ["/root/.ssh"] }, "the user's files: /root/.ssh"],
    ["a service account", { serviceAccountFiles: ["token"] }, "a service account is mounted: token"],
    ["a folder too many", { writable: ["/workspace", "/run/codex"] }, "commands can write: /run/codex"],
    ["a folder too few", { writable: [] }, "commands cannot write: /workspace"],
  ])("require refuses %s", (_, found, problem) => {
    expect(judgeProbe({ ...clean, ...found }, require)).toEqual([expect.stringContaining(problem)]);
  });

  test("pod refuses keys and service accounts, and lets pass what only a sandbox could hide", () => {
    const open: Probe = {
      ...clean,
      environmentNames: ["RUN_BEARER"],
      interfaces: ["eth0"],
      reached: ["10.0.0.1:80"],
      writable: [],
    };
    expect(judgeProbe(open, pod)).toEqual([]);
    expect(judgeProbe({ ...open, environmentNames: ["OPENAI_API_KEY"] }, pod)).toHaveLength(1);
    expect(judgeProbe({ ...open, serviceAccountFiles: ["token"] }, pod)).toHaveLength(1);
  });

  test.each(["MONKEY", "TOKENIZERS", "KEYBOARD", "PATH", "COMPATIBILITY", "HTTPS_PROXY", "no_proxy"])(
    "%s is no secret's name",
    (name) => {
      expect(judgeProbe({ ...clean, environmentNames: [name] }, require)).toEqual([]);
    },
  );
});
