import { BlockList, isIPv6 } from "node:net";
import { describe, expect, test } from "vitest";
import { namespaceOf, objectsOf } from "./references/objects.ts";
import { podsOf } from "./references/pods.ts";
import { at, labelsAt, listAt, textAt } from "./references/tree.ts";
import { deployment, everythingOn, settingsWith } from "./testing/deployment.ts";
import type { Manifest } from "./validate-manifest.ts";

/** Where packets come from or go to: pods, or an address outside of them. */
interface End {
  namespace?: string;
  labels?: Readonly<Record<string, string>>;
  address?: string;
}

/** What NetworkPolicies let through, as Kubernetes documents it. */
function networkOf(manifests: readonly Manifest[]) {
  const objects = objectsOf(manifests);
  const policies = objects.ofKind("NetworkPolicy");
  const hasLabels = ({ labels = {} }: End, selector: unknown) =>
    Object.entries(labelsAt(selector, "matchLabels")).every(([name, value]) => labels[name] === value);
  const isPeer = (end: End, peer: unknown) => {
    const [cidr, spaces] = [textAt(peer, "ipBlock.cidr"), at(peer, "namespaceSelector")];
    if (cidr !== undefined) return end.address !== undefined && holds(cidr, end.address);
    const wanted = labelsAt(spaces, "matchLabels")["kubernetes.io/metadata.name"];
    return (
      end.address === undefined &&
      [undefined, end.namespace].includes(wanted) &&
      hasLabels(end, at(peer, "podSelector"))
    );
  };
  const lets = (pod: End, direction: "ingress" | "egress", other: End, port: number) => {
    const about = policies.filter(
      (policy) => namespaceOf(policy) === pod.namespace && hasLabels(pod, at(policy, "spec.podSelector")),
    );
    const rules = about.flatMap((policy) => listAt(policy, `spec.${direction}`));
    const peersOf = (rule: unknown) => at(rule, direction === "ingress" ? "from" : "to");
    return (
      about.length === 0 ||
      rules.some(
        (rule) =>
          listAt(rule, "ports").some((each) => at(each, "port") === port) &&
          (peersOf(rule) === undefined || (peersOf(rule) as unknown[]).some((peer) => isPeer(other, peer))),
      )
    );
  };
  const pod = (component: string): End => {
    const found = podsOf(objects).find(({ labels }) => labels["app.kubernetes.io/component"] === component);
    if (!found) throw new Error(`no pod is the component ${component}`);
    return found;
  };
  return (from: string | End, to: string | End, port: number) => {
    const [source, target] = [from, to].map((end) => (typeof end === "string" ? pod(end) : end)) as [End, End];
    return (
      (source.address !== undefined || lets(source, "egress", target, port)) &&
      (target.address !== undefined || lets(target, "ingress", source, port))
    );
  };
}

function holds(cidr: string, address: string): boolean {
  const [net = "", prefix] = cidr.split("/");
  const family = isIPv6(net) ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(net, Number(prefix), family);
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

const brokers: End = { namespace: "kafka", labels: { "strimzi.io/cluster": "kafka" } };
const names: End = { namespace: "kube-system", labels: { "k8s-app": "kube-dns" } };
const apiServer: End = { address: "10.96.0.1" };
const outside: End = { address: "140.82.112.6" };
const stranger: End = { namespace: "default", labels: { app: "stranger" } };

const all = ["serve", "watch", "event-bus", "event-source", "sensor", "mediator", "agent", "report"];
const without = (...components: string[]) => all.filter((component) => !components.includes(component));

describe.each([
  ["as it is documented", settingsWith(), 9092],
  ["with everything on", settingsWith(everythingOn), 9093],
])("NetworkPolicies, %s", (_, settings, kafkaPort) => {
  const reaches = networkOf(deployment(settings));

  test.each<[string, string | End, number]>([
    ["event-source", "event-bus", 4222],
    ["sensor", "event-bus", 4222],
    ["event-bus", "event-bus", 4222],
    ["event-bus", "event-bus", 6222],
    ["sensor", "serve", 8081],
    ["agent", "mediator", 8080],
    ...["event-source", "serve", "watch"].map((pod): [string, End, number] => [pod, brokers, kafkaPort]),
    ...without("agent").map((pod): [string, End, number] => [pod, names, 53]),
    ...["serve", "watch", "mediator", "report"].map((pod): [string, End, number] => [pod, outside, 443]),
    // At the Service's port, and at that of its endpoints: some networks look before the address is translated, some after.
    ...["sensor", "watch", "mediator", "agent", "report"].flatMap((pod) =>
      [443, 6443].map((port): [string, End, number] => [pod, apiServer, port]),
    ),
  ])("let %s reach %o at %i", (from, to, port) => {
    expect(reaches(from, to, port)).toBe(true);
  });

  test("let everyone reach the webhooks' port alone", () => {
    expect(reaches(stranger, "serve", 8080)).toBe(true);
    expect(reaches({ address: "10.0.0.9" }, "serve", 8080)).toBe(true);
    expect(reaches(stranger, "serve", 8081)).toBe(false);
  });

  test.each<[string | End, string | End, number]>([
    ["agent", names, 53],
    ["agent", outside, 443],
    ["agent", brokers, kafkaPort],
    ["agent", "event-bus", 4222],
    ["agent", "serve", 8081],
    ["agent", "agent", 8080],
    ["report", "mediator", 8080],
    ["sensor", outside, 443],
    ["event-source", outside, 443],
    ["event-source", apiServer, 443],
    ["serve", apiServer, 6443],
    ["mediator", brokers, kafkaPort],
    ...without("serve").map((pod): [End, string, number] => [stranger, pod, 8080]),
    [stranger, "event-bus", 4222],
  ])("do not let %o reach %o at %i", (from, to, port) => {
    expect(reaches(from, to, port)).toBe(false);
  });
});
