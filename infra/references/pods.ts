import type { Manifest } from "../validate-manifest.ts";
import { nameOf, namespaceOf, type Objects } from "./objects.ts";
import { at, labelsAt, listAt, textAt } from "./tree.ts";

/** A pod that somebody makes from an object of ours. */
export interface Pod {
  /** How it is called in messages. */
  name: string;
  owner: Manifest;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  serviceAccount: string | undefined;
  securityContext: unknown;
  /** As far as they are ours to describe. */
  containers: readonly unknown[];
  volumes: readonly unknown[];
}

export function podsOf(objects: Objects): Pod[] {
  return objects.all.flatMap((owner) => (podsByKind[owner.kind] ?? none)(owner));
}

const none = (): Pod[] => [];

const podsByKind: Readonly<Record<string, (owner: Manifest) => Pod[]>> = {
  Deployment: (owner) => {
    const spec = at(owner, "spec.template.spec");
    return [
      {
        ...ownedBy(owner),
        labels: labelsAt(owner, "spec.template.metadata.labels"),
        serviceAccount: textAt(spec, "serviceAccountName"),
        securityContext: at(spec, "securityContext"),
        containers: listAt(spec, "containers"),
        volumes: listAt(spec, "volumes"),
      },
    ];
  },
  EventSource: eventsPod,
  Sensor: eventsPod,
  EventBus: (owner) => {
    const bus = at(owner, "spec.jetstream");
    const names = ["containerTemplate", "reloaderContainerTemplate", "metricsContainerTemplate"];
    return [
      {
        ...ownedBy(owner),
        labels: labelsAt(bus, "metadata.labels"),
        serviceAccount: textAt(bus, "serviceAccountName"),
        securityContext: at(bus, "securityContext"),
        containers: names.map((name) => ({ name, ...(at(bus, name) as object | undefined) })),
        volumes: [],
      },
    ];
  },
  WorkflowTemplate: (owner) =>
    listAt(owner, "spec.templates")
      .filter((template) => at(template, "container") !== undefined)
      .map((template) => ({
        ...ownedBy(owner),
        name: `${nameOf(owner)}, template ${textAt(template, "name")}`,
        labels: labelsAt(template, "metadata.labels"),
        serviceAccount: textAt(template, "serviceAccountName") ?? textAt(owner, "spec.serviceAccountName"),
        securityContext: at(template, "securityContext") ?? at(owner, "spec.securityContext"),
        containers: [at(template, "container"), ...executorContainers(template)],
        volumes: listAt(template, "volumes"),
      })),
};

/** Argo's own containers beside ours, as far as the template's patch describes them. */
function executorContainers(template: unknown): unknown[] {
  const patch: unknown = JSON.parse(textAt(template, "podSpecPatch") ?? "{}");
  return [...listAt(patch, "initContainers"), ...listAt(patch, "containers")];
}

function eventsPod(owner: Manifest): Pod[] {
  const template = at(owner, "spec.template");
  return [
    {
      ...ownedBy(owner),
      labels: labelsAt(template, "metadata.labels"),
      serviceAccount: textAt(template, "serviceAccountName"),
      securityContext: at(template, "securityContext"),
      containers: [at(template, "container")],
      volumes: listAt(template, "volumes"),
    },
  ];
}

function ownedBy(owner: Manifest) {
  return { name: nameOf(owner), owner, namespace: namespaceOf(owner) };
}
