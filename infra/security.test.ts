import { describe, expect, test } from "vitest";
import { objectsOf } from "./references/objects.ts";
import { podsOf } from "./references/pods.ts";
import { at, listAt, textAt, textsIn, under } from "./references/tree.ts";
import { deployedSettings, deployment, everythingOn, settingsWith } from "./testing/deployment.ts";

/** Rules that hold for every object, whatever the settings. */
describe.each([
  ["as it is deployed", deployedSettings],
  ["as it is documented", settingsWith()],
  ["with everything on", settingsWith(everythingOn)],
  ["as a GitHub App", settingsWith({ github: { credential: "app" } })],
])("%s", (_, settings) => {
  const manifests = deployment(settings);
  const objects = objectsOf(manifests);
  const pods = podsOf(objects);

  test.each(pods.map((pod) => [pod.name, pod] as const))("%s is restricted and limited", (_name, pod) => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: expect.any(Number),
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(pod.containers.length).toBeGreaterThan(0);
    for (const container of pod.containers) {
      expect(at(container, "securityContext")).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(at(container, "resources.limits")).toEqual({ cpu: expect.any(String), memory: expect.any(String) });
      expect(at(container, "resources.requests")).toEqual(at(container, "resources.limits"));
    }
  });

  test("pods of all kinds are looked at", () => {
    expect(new Set(pods.map(({ owner }) => owner.kind))).toEqual(
      new Set(["EventBus", "EventSource", "Sensor", "WorkflowTemplate", "Deployment"]),
    );
    expect(pods).toHaveLength(9);
  });

  test("Argo's own containers beside ours are no exception", () => {
    for (const { owner, containers } of pods)
      if (owner.kind === "WorkflowTemplate")
        expect(containers.map((container) => textAt(container, "name"))).toEqual(["main", "init", "wait"]);
  });

  test("no volume comes from the node, and folders of pods have a size", () => {
    for (const volume of pods.flatMap(({ volumes }) => volumes)) {
      const [kind, ...more] = Object.keys(volume as object).filter((key) => key !== "name");
      expect(more).toEqual([]);
      expect(["emptyDir", "secret", "configMap"]).toContain(kind);
      if (kind === "emptyDir") expect(textAt(volume, "emptyDir.sizeLimit")).toMatch(/^\d+[MG]i$/);
    }
  });

  test("no Secret has data, and no value looks like one", () => {
    for (const secret of objects.ofKind("Secret")) {
      expect(at(secret, "type")).toBe("kubernetes.io/service-account-token");
      expect([at(secret, "data"), at(secret, "stringData")]).toEqual([undefined, undefined]);
    }
    expect(textsIn(manifests).join("\n")).not.toMatch(
      /gh[pousr]_[A-Za-z0-9]|github_pat_|sk-[A-Za-z0-9]{8}|BEGIN [A-Z ]*KEY/,
    );
  });

  test("images carry a digest, or a tag other than latest", () => {
    const images = under(manifests, "image").map(String);
    expect(images.length).toBeGreaterThan(4);
    for (const image of images) expect(image).toMatch(/(?::(?!latest$)[^:/]+|@sha256:[0-9a-f]{64})$/);
    expect(textsIn(manifests).filter((text) => text.includes("latest"))).toEqual([]);
  });

  test("nobody may do anything to the whole cluster, and no right has a wildcard", () => {
    expect(objects.ofKind("ClusterRole", "ClusterRoleBinding")).toEqual([]);
    for (const rule of objects.ofKind("Role").flatMap((role) => listAt(role, "rules")))
      expect(Object.keys(rule as object).toSorted()).toEqual(["apiGroups", "resources", "verbs"]);
    expect(textsIn(objects.ofKind("Role", "RoleBinding")).filter((text) => text.includes("*"))).toEqual([]);
    expect(textsIn(objects.ofKind("RoleBinding"))).not.toContain("cluster-admin");
  });

  test("only the Sensor and `watch` get a token of their ServiceAccount", () => {
    const mounting = objects
      .ofKind("ServiceAccount")
      .filter((account) => at(account, "automountServiceAccountToken") !== false);
    expect(mounting.map(({ metadata }) => metadata?.name)).toEqual(["github-codex-sensor"]);
    const deployments = objects
      .ofKind("Deployment")
      .map((each) => [each.metadata?.name, at(each, "spec.template.spec.automountServiceAccountToken")]);
    expect(deployments).toEqual([
      ["froussard-serve", false],
      ["froussard-watch", true],
    ]);
  });

  test("every object says its name and namespace, and every name fits into a label", () => {
    for (const { kind, metadata } of manifests) {
      expect(metadata?.name).toMatch(/^[a-z0-9][a-z0-9.-]{0,62}$/);
      if (kind !== "Namespace") expect(metadata?.namespace, `${kind} ${metadata?.name}`).toMatch(/^[a-z0-9-]{1,63}$/);
    }
  });

  test("no two objects have one name, and no name carries a hash", () => {
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata?.namespace}/${metadata?.name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => /-c[0-9a-f]{7}$/.test(name))).toEqual([]);
  });

  test("what would be gone for ever is never pruned or deleted", () => {
    const kept = manifests.filter(({ metadata }) =>
      textsIn((metadata as { annotations?: object }).annotations).includes("Prune=false,Delete=false"),
    );
    expect(new Set(kept.map(({ kind }) => kind))).toEqual(new Set(["Namespace", "KafkaTopic", "EventBus"]));
    expect(kept).toHaveLength(objects.ofKind("Namespace", "KafkaTopic", "EventBus").length);
  });

  test("nothing that a platform has removed is used", () => {
    expect(manifests.filter(({ apiVersion }) => apiVersion.startsWith("kafka.strimzi.io"))).toSatisfy(
      (found: { apiVersion: string }[]) =>
        found.length === 4 && found.every(({ apiVersion }) => apiVersion === "kafka.strimzi.io/v1"),
    );
    expect(under(manifests, "mutex", "semaphore", "schedule")).toEqual([]);
    expect(under(objects.ofKind("KafkaUser"), "operation")).toEqual([]);
  });
});

test("the service's namespace is closed, and each pod of ours has a policy that says both directions", () => {
  const manifests = deployment();
  const objects = objectsOf(manifests);
  const policies = objects.ofKind("NetworkPolicy");
  for (const policy of policies) expect(at(policy, "spec.policyTypes")).toEqual(["Ingress", "Egress"]);
  expect(policies.filter((policy) => Object.keys(at(policy, "spec.podSelector") as object).length === 0)).toMatchObject(
    [{ metadata: { namespace: "froussard" }, spec: { ingress: [], egress: [] } }],
  );
  const components = podsOf(objects).map(({ labels }) => labels["app.kubernetes.io/component"]);
  const covered = policies.map((policy) => textsIn(at(policy, "spec.podSelector"))[0]);
  expect(components.filter((component) => !covered.includes(component))).toEqual([]);
});
