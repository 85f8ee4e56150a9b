import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificates } from "@froussard/simulators/testing/certificates";
import { KubeConfig } from "@kubernetes/client-node";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../clock.ts";
import { errorFields } from "../error-fields.ts";
import { type FakeKubernetes, startFakeKubernetes } from "../testing/fake-kubernetes.ts";
import { describeWith } from "../testing/needs-tools.ts";
import { inClusterConfig, kubernetesWorkflows } from "./kubernetes-workflows.ts";
import { unfinishedWorkflows } from "./unfinished-workflows.ts";

const name = (n: number) => `codex-planning-${n + 1}-${String(n).padStart(16, "0")}`;

let kubernetes: FakeKubernetes;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "froussard-kubernetes-"));
});
afterEach(async () => {
  await kubernetes.close();
  rmSync(folder, { recursive: true });
});

/** As in a pod, except for the encryption. */
function config(): KubeConfig {
  const made = new KubeConfig();
  const tokenFile = join(folder, "token");
  made.loadFromClusterAndUser(
    { name: "test", server: `http://127.0.0.1:${kubernetes.port}`, skipTLSVerify: true },
    { name: "test", authProvider: { name: "tokenFile", config: { tokenFile } } },
  );
  return made;
}

function liveTasks(withinMs = 5_000) {
  const { list } = kubernetesWorkflows(config, "argo-workflows");
  return unfinishedWorkflows(list, { clock: systemClock, cacheMs: 0, withinMs });
}

describe("the Workflows that have not finished", () => {
  beforeEach(async () => {
    kubernetes = await startFakeKubernetes();
    writeFileSync(join(folder, "token"), "token-1");
  });

  test("are the ones of tasks, over all pages, without their contents", async () => {
    for (let n = 0; n < 1203; n++) kubernetes.workflows.set(name(n), n % 2 === 1);
    kubernetes.workflows.set("codex-planning-7-hand-made", false);
    const live = await liveTasks()();
    expect(live.size).toBe(602);
    expect([live.has(name(0)), live.has(name(1)), live.has(name(1202))]).toEqual([true, false, true]);
    expect(kubernetes.queries.map((query) => [query.get("limit"), query.get("continue")])).toEqual([
      ["500", null],
      ["500", "500"],
    ]);
  });

  test("are none in an empty namespace", async () => {
    expect(await liveTasks()()).toEqual(new Set());
  });

  test.each([
    ["forbidden", 403, /grant get and list on workflows\.argoproj\.io to the service account$/],
    ["not installed", 404, /Argo Workflows is not installed$/],
    ["internal", 500, /namespace argo-workflows: see the API server$/],
  ] as const)("are unknown when that is %s, and the log says why and nothing else", async (fault, status, words) => {
    kubernetes.fault = () => fault;
    const error: unknown = await liveTasks()().catch((thrown: unknown) => thrown);
    expect(errorFields(error)).toEqual({ error: expect.stringMatching(words), status });
    kubernetes.fault = undefined;
    expect(await liveTasks()()).toEqual(new Set());
  });

  test("are unknown when nobody answers in time", async () => {
    kubernetes.fault = () => "hang";
    await expect(liveTasks(50)()).rejects.toThrow(/the Kubernetes API took too long$/);
  });

  test("are unknown when nobody is there", async () => {
    await kubernetes.close();
    kubernetes = await startFakeKubernetes();
    const live = liveTasks();
    await kubernetes.close();
    await expect(live()).rejects.toThrow(/the Kubernetes API does not answer$/);
    kubernetes = await startFakeKubernetes();
  });

  test("are listed anew when the pages expire in between, and given up when they always do", async () => {
    for (let n = 0; n < 501; n++) kubernetes.workflows.set(name(n), false);
    let expired = 0;
    kubernetes.fault = (query) => (query.get("continue") !== null && expired++ === 0 ? "expired" : undefined);
    expect((await liveTasks()()).size).toBe(501);
    kubernetes.fault = (query) => (query.get("continue") === null ? undefined : "expired");
    kubernetes.queries.length = 0;
    await expect(liveTasks()()).rejects.toThrow(/the pages have expired$/);
    expect(kubernetes.queries).toHaveLength(3);
  });

  test("are asked for with the token as it is now: read again when refused, and by itself within two minutes", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const live = liveTasks();
      await live();
      kubernetes.tokens.add("token-2");
      writeFileSync(join(folder, "token"), "token-2");
      kubernetes.tokens.delete("token-1");
      await expect(live()).rejects.toThrow(/token was refused; it is read again$/);
      expect(await live()).toEqual(new Set());
      kubernetes.tokens.add("token-3");
      writeFileSync(join(folder, "token"), "token-3");
      vi.setSystemTime(Date.now() + 120_000);
      kubernetes.tokens.delete("token-2");
      expect(await live()).toEqual(new Set());
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("the end of one Workflow", () => {
  beforeEach(async () => {
    kubernetes = await startFakeKubernetes();
    writeFileSync(join(folder, "token"), "token-1");
  });
  const finishedAt = (n: number) => kubernetesWorkflows(config, "argo-workflows").finishedAt(name(n));

  test("is its time; none while it waits or runs, or when there is no such Workflow", async () => {
    kubernetes.workflows.set(name(1), true).set(name(2), false);
    expect(await finishedAt(1)).toBe("2026-03-02T10:00:00Z");
    expect([await finishedAt(2), await finishedAt(3)]).toEqual([undefined, undefined]);
  });

  test("is unknown when that is forbidden", async () => {
    kubernetes.fault = () => "forbidden";
    await expect(finishedAt(1)).rejects.toThrow(/grant get and list on workflows\.argoproj\.io/);
  });
});

const openssl = { name: "openssl", command: "openssl", arguments: ["version"], install: "apt-get install -y openssl" };
describeWith([openssl], "in a pod", () => {
  test("server, authority and token are the mounted ones", async () => {
    const { caFile, keyStore } = makeCertificates(join(folder, "tls"));
    const pem = readFileSync(keyStore, "utf8");
    kubernetes = await startFakeKubernetes({ key: pem, cert: pem });
    kubernetes.workflows.set(name(1), false);
    const mounted = join(folder, "var/run/secrets/kubernetes.io/serviceaccount");
    mkdirSync(mounted, { recursive: true });
    writeFileSync(join(mounted, "token"), "token-1");
    writeFileSync(join(mounted, "ca.crt"), readFileSync(caFile));
    vi.stubEnv("KUBERNETES_SERVICE_HOST", "localhost");
    vi.stubEnv("KUBERNETES_SERVICE_PORT", String(kubernetes.port));
    try {
      const { list } = kubernetesWorkflows(() => inClusterConfig(folder), "argo-workflows");
      expect(await list(undefined, AbortSignal.timeout(5_000))).toEqual({ names: [name(1)] });
      // Somebody else's authority.
      writeFileSync(join(mounted, "ca.crt"), readFileSync(makeCertificates(join(folder, "other")).caFile));
      const { list: others } = kubernetesWorkflows(() => inClusterConfig(folder), "argo-workflows");
      await expect(others(undefined, AbortSignal.timeout(5_000))).rejects.toThrow(/does not answer$/);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("is where it must be", async () => {
    kubernetes = await startFakeKubernetes();
    expect(() => inClusterConfig(folder)).toThrow(/^WORKFLOWS_NAMESPACE is for a pod/);
  });
});
