import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { busyboxImage } from "../platform-images/platform-images.ts";
import { readCluster } from "./cluster.ts";
import { platformFolder } from "./layout.ts";

const cluster = readCluster(platformFolder(cacheFolder(process.env)));
const namespace = "platform-itself";

const apply = (...items: object[]) =>
  cluster.kubectl(["apply", "--server-side", "--namespace", namespace, "--filename=-"], {
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  });
const wait = (condition: string, what: string, seconds = 180) =>
  cluster.kubectl(["wait", `--for=${condition}`, what, "--namespace", namespace, `--timeout=${seconds}s`], {
    timeoutMs: (seconds + 5) * 1000,
  });
const logs = (pod: string, container: string) =>
  cluster.kubectl(["logs", pod, "--container", container, "--namespace", namespace]);

/** Resolves once a pod has ended well. */
async function succeeded(pod: string): Promise<void> {
  const phase = () =>
    cluster.kubectl(["get", "pod", pod, "--namespace", namespace, "--output=jsonpath={.status.phase}"]);
  await expect.poll(phase, { timeout: 180_000, interval: 250 }).toMatch(/Succeeded|Failed/);
  const said = await cluster.kubectl(["logs", pod, "--all-containers", "--namespace", namespace]);
  expect(await phase(), said).toBe("Succeeded");
}

/** What the level `restricted` of Pod Security asks for. */
const restricted = {
  pod: { runAsNonRoot: true, runAsUser: 65_532, fsGroup: 65_532, seccompProfile: { type: "RuntimeDefault" } },
  container: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
};
const shell = (name: string, script: string, more: object = {}) => ({
  ...{ name, image: busyboxImage, command: ["sh", "-ec", script], securityContext: restricted.container },
  ...more,
});

const level = { "pod-security.kubernetes.io/enforce": "restricted" };
beforeAll(async () => {
  await cluster.kubectl(["apply", "--server-side", "--filename=-"], {
    input: JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: level } }),
  });
  await wait("create", "serviceaccount/default");
  await apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "runs" } });
});
afterAll(async () => {
  await cluster.kubectl(["delete", "namespace", namespace, "--timeout=60s"], { timeoutMs: 65_000 });
  // A volume whose claim is gone is given to no other until somebody says so.
  interface Volume {
    metadata: { name: string };
    spec: { claimRef?: { namespace: string } };
  }
  const { items } = await cluster.kubectlJson<{ items: Volume[] }>(["get", "persistentvolumes"]);
  for (const { metadata, spec } of items)
    if (spec.claimRef?.namespace === namespace)
      await cluster.kubectl(["patch", "persistentvolume", metadata.name, "--patch", '{"spec":{"claimRef":null}}']);
});

describe("the cluster itself", () => {
  test("a pod of two containers shares a volume, and neither sees the other's secrets", async () => {
    const files = { name: "shared", mountPath: "/shared" };
    await apply(
      { apiVersion: "v1", kind: "Secret", metadata: { name: "key" }, stringData: { key: "one's own" } },
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "pair" },
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          securityContext: restricted.pod,
          volumes: [{ name: "shared", emptyDir: {} }],
          containers: [
            shell("one", 'echo "$KEY" >/shared/told; id -u', {
              env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "key", key: "key" } } }],
              volumeMounts: [files],
            }),
            shell("other", 'until [ -s /shared/told ]; do sleep 0.1; done; cat /shared/told; echo "[$KEY]"', {
              volumeMounts: [files],
            }),
          ],
        },
      },
    );
    await succeeded("pair");
    expect(await logs("pair", "one")).toBe("65532\n");
    expect(await logs("pair", "other")).toBe("one's own\n[]\n");
  });

  test("names of Services are answered, others are not, and the API server is reached by its Service", async () => {
    const ask = [
      "nslookup kubernetes.default.svc.cluster.local",
      "! nslookup example.org",
      "nc -w 5 10.96.0.1 443 </dev/null",
      "echo reached",
    ].join("; ");
    await apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "asks" },
      spec: { restartPolicy: "Never", securityContext: restricted.pod, containers: [shell("main", ask)] },
    });
    await succeeded("asks");
    expect(await logs("asks", "main")).toMatch(/Address: 10\.96\.0\.1\n.*find example\.org.*reached\n$/s);
  });

  test("a claim that names no class gets a volume, which its pod's group may write", async () => {
    const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    await apply(
      { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "kept" }, spec },
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "keeps" },
        spec: {
          restartPolicy: "Never",
          securityContext: restricted.pod,
          volumes: [{ name: "kept", persistentVolumeClaim: { claimName: "kept" } }],
          containers: [shell("main", "touch /kept/written", { volumeMounts: [{ name: "kept", mountPath: "/kept" }] })],
        },
      },
    );
    await succeeded("keeps");
  });

  test("a pod of root's is refused", async () => {
    const asRoot = apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "root" },
      spec: { containers: [{ name: "main", image: busyboxImage }] },
    });
    await expect(asRoot).rejects.toThrow(/violates PodSecurity "restricted:latest".*runAsNonRoot/s);
  });

  test("the kubelet answers nobody without a certificate", async () => {
    const url = `https://${cluster.state.nodeAddress}:10250/pods`;
    // Its certificate is not what is looked at here.
    const asked = request(url, { rejectUnauthorized: false, timeout: 5_000 }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(401);
  });

  test("a Workflow of a template succeeds, and one without a template is refused", async () => {
    const argo = "argoproj.io/v1alpha1";
    const rights = { apiGroups: ["argoproj.io"], resources: ["workflowtaskresults"], verbs: ["create", "patch"] };
    const rbac = "rbac.authorization.k8s.io";
    const templates = [{ name: "hello", container: { ...shell("main", "echo hello"), name: "" } }];
    await apply(
      { apiVersion: `${rbac}/v1`, kind: "Role", metadata: { name: "runs" }, rules: [rights] },
      {
        apiVersion: `${rbac}/v1`,
        kind: "RoleBinding",
        metadata: { name: "runs" },
        roleRef: { apiGroup: rbac, kind: "Role", name: "runs" },
        subjects: [{ kind: "ServiceAccount", name: "runs", namespace }],
      },
      {
        apiVersion: argo,
        kind: "WorkflowTemplate",
        metadata: { name: "hello" },
        spec: {
          entrypoint: "hello",
          serviceAccountName: "runs",
          securityContext: restricted.pod,
          podSpecPatch: JSON.stringify({
            initContainers: [{ name: "init", securityContext: restricted.container }],
            containers: [{ name: "wait", securityContext: restricted.container }],
          }),
          templates,
        },
      },
      {
        apiVersion: argo,
        kind: "Workflow",
        metadata: { name: "of-a-template" },
        spec: { workflowTemplateRef: { name: "hello" } },
      },
      {
        apiVersion: argo,
        kind: "Workflow",
        metadata: { name: "of-its-own" },
        spec: { entrypoint: "hello", templates },
      },
    );
    await wait("jsonpath={.status.phase}=Succeeded", "workflow/of-a-template");
    await wait("jsonpath={.status.phase}=Error", "workflow/of-its-own");
  });
});
