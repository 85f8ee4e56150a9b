import { describe, expect, test } from "vitest";
import { at, listAt, textAt, under } from "../references/tree.ts";
import type { SettingsInput } from "../settings/schema.ts";
import { deployment, everythingOn, object, settingsWith } from "../testing/deployment.ts";

const manifests = deployment();
const withSettings = (changes: Partial<SettingsInput>) => deployment(settingsWith(changes));
const podOf = (name: string, all = manifests) => at(object(all, "Deployment", name), "spec.template.spec");

describe("serve", () => {
  test("is two pods on different nodes and zones where there are such, of which one may go", () => {
    const deploymentOf = object(manifests, "Deployment", "froussard-serve");
    expect(at(deploymentOf, "spec")).toMatchObject({
      replicas: 2,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0 } },
    });
    expect(under(deploymentOf, "topologyKey")).toEqual(["kubernetes.io/hostname", "topology.kubernetes.io/zone"]);
    expect(at(object(manifests, "PodDisruptionBudget", "froussard-serve"), "spec.maxUnavailable")).toBe(1);
  });

  test("is rolled over without a gap even as one pod", () => {
    const one = withSettings({ service: { replicas: 1 } });
    expect(at(object(one, "Deployment", "froussard-serve"), "spec")).toMatchObject({
      replicas: 1,
      strategy: { type: "RollingUpdate" },
    });
  });
});

test("watch is one pod that is gone before the next begins, and leaves a lost node soon", () => {
  const watch = object(manifests, "Deployment", "froussard-watch");
  expect(at(watch, "spec")).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
  expect(under(watch, "tolerationSeconds")).toEqual([30, 30]);
});

describe.each(["froussard-serve", "froussard-watch"])("%s", (name) => {
  const pod = podOf(name);

  test("is pulled with the Secrets that the settings name, and with none by default", () => {
    const pulled = podOf(name, withSettings({ images: { pullSecrets: { service: ["registry"] } } }));
    expect(at(pulled, "imagePullSecrets")).toEqual([{ name: "registry" }]);
    expect(at(pod, "imagePullSecrets")).toBeUndefined();
  });

  test("is asked for its health in three ways", () => {
    for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"])
      expect(textAt(listAt(pod, "containers")[0], `${probe}.httpGet.path`)).toMatch(/^\/health\/(liveness|readiness)$/);
  });

  test("has time to drain and to finish before it is killed", () => {
    const grace = listAt(listAt(pod, "containers")[0], "env").find(
      (each) => textAt(each, "name") === "SHUTDOWN_GRACE_SECONDS",
    );
    const [sleep] = under(pod, "sleep").map((each) => at(each, "seconds") as number);
    expect(sleep).toBeGreaterThan(0);
    expect(at(pod, "terminationGracePeriodSeconds")).toBeGreaterThan(Number(textAt(grace, "value")) + (sleep ?? 0));
  });

  test("reads the brokers' certificate authority from a Secret when TLS is on, and has none otherwise", () => {
    expect(under(pod, "secretName")).toEqual([]);
    const tls = podOf(name, withSettings(everythingOn));
    expect(under(tls, "secretName")).toEqual(["kafka-cluster-ca-cert"]);
    expect(listAt(listAt(tls, "containers")[0], "env")).toContainEqual({
      name: "KAFKA_CA_FILE",
      value: "/etc/kafka-ca/ca.crt",
    });
  });
});

describe("how GitHub reaches it", () => {
  test("no way, when the setting says none", () => {
    expect(manifests.filter(({ kind }) => kind === "Ingress" || kind === "HTTPRoute")).toEqual([]);
  });

  test("an Ingress for the webhooks' path alone", () => {
    expect(at(object(withSettings(everythingOn), "Ingress"), "spec")).toEqual({
      ingressClassName: "traefik",
      tls: [{ hosts: ["froussard.example.com"], secretName: "froussard-tls" }],
      rules: [
        {
          host: "froussard.example.com",
          http: {
            paths: [
              {
                path: "/webhooks/github",
                pathType: "Exact",
                backend: { service: { name: "froussard", port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    });
  });

  test("an HTTPRoute for the webhooks' path alone", () => {
    const parentRefs = [{ name: "public", namespace: "gateways", sectionName: "https" }];
    const route = { kind: "httpRoute" as const, host: "froussard.example.com", parentRefs };
    expect(at(object(withSettings({ ingress: route }), "HTTPRoute"), "spec")).toEqual({
      hostnames: ["froussard.example.com"],
      parentRefs,
      rules: [
        {
          matches: [{ path: { type: "Exact", value: "/webhooks/github" } }],
          backendRefs: [{ name: "froussard", port: 80 }],
        },
      ],
    });
  });
});

test("Prometheus is let in only where it is told to come", () => {
  const scraped = (all = manifests) => under(listAt(object(all, "NetworkPolicy", "watch"), "spec.ingress"), "port");
  expect(scraped()).toEqual([]);
  expect(manifests.filter(({ kind }) => kind === "ServiceMonitor")).toEqual([]);
  expect(scraped(withSettings(everythingOn))).toEqual([8080]);
  expect(object(withSettings(everythingOn), "ServiceMonitor").metadata).toMatchObject({
    labels: { release: "prometheus" },
  });
});

test("the namespace of the runs is left to its owner where that is another", () => {
  const names = (all = manifests) =>
    all.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata?.name);
  expect(names()).toEqual(["froussard", "argo-workflows"]);
  expect(names(withSettings({ namespaces: { ownsWorkflows: false } }))).toEqual(["froussard"]);
});
