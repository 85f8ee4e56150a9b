import type { Manifest } from "../validate-manifest.ts";
import { nameOf, namespaceOf, type Objects } from "./objects.ts";
import { type Pod, podsOf } from "./pods.ts";
import { at, labelsAt, listAt, textAt, textsIn, under } from "./tree.ts";

/** Services, ports and pods that are named or selected somewhere: each exists. */
export function networkFaults(objects: Objects): string[] {
  const pods = podsOf(objects);
  return [
    ...objects.ofKind("Service").flatMap((service) => serviceFaults(service, pods)),
    ...objects.all.flatMap((object) => addressFaults(objects, object)),
    ...objects.ofKind("Ingress", "HTTPRoute").flatMap((route) => routeFaults(objects, route)),
    ...objects.ofKind("PodDisruptionBudget").flatMap((budget) => {
      const selected = select(pods, namespaceOf(budget), labelsAt(budget, "spec.selector.matchLabels"));
      return selected.length > 0 ? [] : [`${nameOf(budget)}: selects no pod`];
    }),
    ...objects.ofKind("NetworkPolicy").flatMap((policy) => policyFaults(policy, pods)),
    ...objects.ofKind("ServiceMonitor").flatMap((monitor) => monitorFaults(objects, monitor)),
    ...pods.flatMap(portAndVolumeFaults),
  ];
}

type Labels = Readonly<Record<string, string>>;

function select(pods: readonly Pod[], namespace: string, labels: Labels): Pod[] {
  return pods.filter(
    (pod) => pod.namespace === namespace && Object.entries(labels).every(([name, value]) => pod.labels[name] === value),
  );
}

function portsOf({ containers }: Pod): unknown[] {
  return containers.flatMap((container) => listAt(container, "ports"));
}

function serviceFaults(service: Manifest, pods: readonly Pod[]): string[] {
  const selected = select(pods, namespaceOf(service), labelsAt(service, "spec.selector"));
  if (selected.length === 0) return [`${nameOf(service)}: selects no pod`];
  return listAt(service, "spec.ports").flatMap((port) => {
    const target = at(port, "targetPort") ?? at(port, "port");
    const has = (pod: Pod) =>
      portsOf(pod).some((each) => textAt(each, "name") === target || at(each, "containerPort") === target);
    return selected.filter((pod) => !has(pod)).map((pod) => `${nameOf(service)}: ${pod.name} has no port ${target}`);
  });
}

/** Addresses within the cluster, where the Services of that namespace are ours. */
function addressFaults(objects: Objects, object: Manifest): string[] {
  const services = objects.ofKind("Service");
  return textsIn(object).flatMap((text) =>
    [...text.matchAll(/([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?:(\d+)/g)].flatMap((match) => {
      const [, name = "", namespace = "", port = ""] = match;
      if (!services.some((service) => namespaceOf(service) === namespace)) return [];
      return backendFaults(objects, namespace, name, Number(port)).map((fault) => `${nameOf(object)}: ${fault}`);
    }),
  );
}

function backendFaults(objects: Objects, namespace: string, name: string, port: unknown): string[] {
  const service = objects.find("Service", namespace, name);
  if (!service) return [`Service ${namespace}/${name} does not exist`];
  const ports = listAt(service, "spec.ports").map((each) => at(each, "port"));
  return ports.includes(port) ? [] : [`${nameOf(service)} has no port ${port}, only ${ports.join(", ")}`];
}

function routeFaults(objects: Objects, route: Manifest): string[] {
  const backends = [
    ...under(route, "service").map((each) => ({ name: textAt(each, "name"), port: at(each, "port.number") })),
    ...under(route, "backendRefs").flatMap((refs) =>
      (refs as unknown[]).map((each) => ({ name: textAt(each, "name"), port: at(each, "port") })),
    ),
  ];
  if (backends.length === 0) return [`${nameOf(route)}: leads to no Service`];
  return backends.flatMap(({ name = "", port }) =>
    backendFaults(objects, namespaceOf(route), name, port).map((fault) => `${nameOf(route)}: ${fault}`),
  );
}

/** Pods that a policy is about or lets in are there; those of other people's namespaces can not be looked at. */
function policyFaults(policy: Manifest, pods: readonly Pod[]): string[] {
  const own = labelsAt(policy, "spec.podSelector.matchLabels");
  const subject = select(pods, namespaceOf(policy), own).length > 0 ? [] : ["is about no pod"];
  const peers = [...under(policy, "from"), ...under(policy, "to")].flat().flatMap((peer) => {
    const namespace = labelsAt(peer, "namespaceSelector.matchLabels")["kubernetes.io/metadata.name"];
    const labels = labelsAt(peer, "podSelector.matchLabels");
    if (namespace === undefined || !("app.kubernetes.io/component" in labels)) return [];
    if (select(pods, namespace, labels).length > 0) return [];
    return [`names pods ${labels["app.kubernetes.io/component"]} in ${namespace}, which do not exist`];
  });
  return [...subject, ...peers].map((fault) => `${nameOf(policy)}: ${fault}`);
}

function monitorFaults(objects: Objects, monitor: Manifest): string[] {
  const wanted = Object.entries(labelsAt(monitor, "spec.selector.matchLabels"));
  const services = objects.ofKind("Service").filter((service) => {
    const labels = labelsAt(service, "metadata.labels");
    return namespaceOf(service) === namespaceOf(monitor) && wanted.every(([name, value]) => labels[name] === value);
  });
  const ports = services.flatMap((service) => listAt(service, "spec.ports").map((port) => textAt(port, "name")));
  return listAt(monitor, "spec.endpoints")
    .map((endpoint) => textAt(endpoint, "port"))
    .filter((port) => !ports.includes(port))
    .map((port) => `${nameOf(monitor)}: no Service that it selects has a port ${port}`);
}

/** Probes ask ports that the container has, mounts name volumes that the pod has. */
function portAndVolumeFaults(pod: Pod): string[] {
  const ports = portsOf(pod).flatMap((port) => [textAt(port, "name"), at(port, "containerPort")]);
  const volumes = pod.volumes.map((volume) => textAt(volume, "name"));
  return [
    ...under(pod.containers, "httpGet", "tcpSocket")
      .map((probe) => at(probe, "port"))
      .filter((port) => !ports.includes(port as string))
      .map((port) => `a probe asks port ${port}, which does not exist`),
    ...under(pod.containers, "volumeMounts")
      .flatMap((mounts) => (mounts as unknown[]).map((mount) => textAt(mount, "name")))
      .filter((name) => !volumes.includes(name))
      .map((name) => `volume ${name} does not exist`),
  ].map((fault) => `${pod.name}: ${fault}`);
}
