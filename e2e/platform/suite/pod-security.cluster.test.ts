import { existsSync } from "node:fs";
import { namespaces } from "@froussard/contract";
import { beforeAll, describe, expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { readCluster } from "../cluster/cluster.ts";
import { platformFolder } from "../cluster/layout.ts";
import { type RunningPod, runningPods } from "../network-policy/running-pods.ts";
import { busyboxImage } from "../platform-images/platform-images.ts";
import { kernelFacts } from "./pod-security/kernel-facts.ts";

const ours = [namespaces.service, namespaces.workflows];
const cluster = readCluster(platformFolder(cacheFolder(process.env)));

type Fields = Readonly<Record<string, unknown>>;

const podContext = { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: "RuntimeDefault" } };
const context = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

/** A pod that `restricted` takes, but for these changes. */
function podWith(spec: Fields, container: Fields = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "tried" },
    spec: {
      securityContext: podContext,
      containers: [{ name: "main", image: "localhost/none:1", securityContext: context, ...container }],
      ...spec,
    },
  });
}

/** What the API server says to it; it is not kept. */
async function submit(namespace: string, pod: string): Promise<string> {
  const create = ["create", "--dry-run=server", "--namespace", namespace, "--filename", "-"];
  return await cluster.kubectl(create, { input: pod }).catch((error: Error) => error.message);
}

const bad: Readonly<Record<string, string>> = {
  "a privileged container": podWith(
    {},
    { securityContext: { ...context, privileged: true, allowPrivilegeEscalation: true } },
  ),
  "root by its number": podWith({}, { securityContext: { ...context, runAsUser: 0 } }),
  "root for lack of a promise": podWith({ securityContext: { seccompProfile: { type: "RuntimeDefault" } } }),
  "a folder of the node": podWith({ volumes: [{ name: "node", hostPath: { path: "/" } }] }),
  "the node's network": podWith({ hostNetwork: true }),
  "the node's processes": podWith({ hostPID: true }),
  "the node's shared memory": podWith({ hostIPC: true }),
  "a port of the node": podWith({}, { ports: [{ containerPort: 80, hostPort: 80 }] }),
  "a capability": podWith({}, { securityContext: { ...context, capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } }),
  "capabilities that are kept": podWith({}, { securityContext: { allowPrivilegeEscalation: false } }),
  "set-user programs": podWith({}, { securityContext: { ...context, allowPrivilegeEscalation: true } }),
  "every system call": podWith({ securityContext: { ...podContext, seccompProfile: { type: "Unconfined" } } }),
  "every system call, for lack of a word": podWith({ securityContext: { runAsNonRoot: true, runAsUser: 65_534 } }),
  "an init container that is privileged": podWith({
    initContainers: [{ name: "init", image: "localhost/none:1", securityContext: { privileged: true } }],
  }),
};

describe.each(ours)("the real admission, in %s", (namespace) => {
  test.each(Object.entries(bad))("refuses %s", async (_, pod) => {
    expect(await submit(namespace, pod)).toMatch(/violates PodSecurity "restricted:/);
    // The same pod is refused for nothing else.
    expect(await submit("default", pod)).toContain("pod/tried created (server dry run)");
  });

  test("takes a pod without any of it", async () => {
    expect(await submit(namespace, podWith({}))).toContain("pod/tried created (server dry run)");
  });

  test("is asked for by the label that only an administrator may take away (see the rights)", async () => {
    const labels = await cluster.kubectlJson<{ metadata: { labels: Fields } }>(["get", "namespace", namespace]);
    expect(labels.metadata.labels).toMatchObject({ "pod-security.kubernetes.io/enforce": "restricted" });
  });
});

describe("the real pods", () => {
  let pods: RunningPod[];
  beforeAll(async () => {
    const running = (await Promise.all(ours.map((namespace) => runningPods(cluster, namespace)))).flat();
    // Those of other files' runs end while they are looked at; agent-pod.cluster.test.ts looks at a run's of its own.
    pods = running.filter(({ labels }) => !("workflows.argoproj.io/workflow" in labels));
  });

  test("are all there", () => {
    const components = new Set(pods.map(({ labels }) => labels["app.kubernetes.io/component"]));
    for (const component of ["serve", "watch", "event-bus", "event-source", "sensor"])
      expect(components).toContain(component);
  });

  test("are held by the kernel to what their manifests promise", () => {
    for (const { name, containers } of pods)
      for (const container of containers) {
        const facts = kernelFacts(container.process);
        const { users, groups, ...held } = facts;
        expect(held, `${name}/${container.name}`).toEqual({
          ...{ capabilities: 0n, noNewPrivileges: true, filtersCalls: true, readOnlyRoot: true },
        });
        expect([...users, ...groups], `${name}/${container.name}`).not.toContain(0);
      }
  });

  test("hold a ServiceAccount's token where somebody asks the API server, and nowhere else", () => {
    // Seen from here, a link from /var/run to /run would lead out of the container.
    const places = ["run", "var/run"].map((folder) => `${folder}/secrets/kubernetes.io/serviceaccount/token`);
    const holders = pods.flatMap(({ labels, containers }) =>
      containers
        .filter(({ process }) => places.some((token) => existsSync(`/proc/${process}/root/${token}`)))
        .map(({ name }) => `${labels["app.kubernetes.io/component"]}/${name}`),
    );
    expect(new Set(holders)).toEqual(new Set(["watch/main", "sensor/main"]));
  });

  test("the control: the kernel holds a pod that promises nothing to none of it", async () => {
    const name = "promises-nothing";
    const where = ["--namespace", "default"];
    await cluster.kubectl(["run", name, ...where, `--image=${busyboxImage}`, "--command", "--", "sleep", "600"]);
    try {
      await cluster.kubectl(["wait", `pod/${name}`, ...where, "--for=condition=Ready", "--timeout=60s"]);
      const found = (await runningPods(cluster, "default")).find((pod) => pod.name === name);
      const facts = kernelFacts(found?.containers[0]?.process ?? 0);
      expect(facts).toMatchObject({ noNewPrivileges: false, filtersCalls: false, readOnlyRoot: false });
      expect(facts.users).toContain(0);
      expect(facts.capabilities).not.toBe(0n);
    } finally {
      await cluster.kubectl(["delete", "pod", name, ...where, "--grace-period=1"]);
    }
  });
});
