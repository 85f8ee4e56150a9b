import { deployedNames } from "../deployed-names.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import { foundIn } from "./reading.ts";

export interface Reference {
  namespace: string;
  name: string;
  /** What refers to it, for people. */
  by: string;
}

/** Objects other than Secrets that the deployment refers to by name. */
export interface Referred {
  configMaps: readonly (Reference & { key?: string; isSemaphore: boolean })[];
  serviceAccounts: readonly Reference[];
}

type Objects = Pick<ClusterFacts, "namespaces" | "serve" | "watch" | "eventSource" | "sensor" | "template">;

/** Pure. */
export function referredObjects({ namespaces, ...objects }: Objects): Referred {
  const { service, workflows } = namespaces;
  const template = foundIn(objects.template)?.spec;
  const programs = (["serve", "watch"] as const).flatMap((program) => {
    const spec = foundIn(objects[program])?.spec.template.spec;
    return spec ? [{ by: `Deployment ${deployedNames[program]}`, spec }] : [];
  });
  const mounted = [
    ...programs.flatMap(({ by, spec }) => spec.volumes.map((volume) => ({ ...volume, by, namespace: service }))),
    ...(template?.templates ?? []).flatMap(({ name, volumes }) =>
      volumes.map((volume) => ({ ...volume, by: `template ${name}`, namespace: workflows })),
    ),
  ];
  const accounts: readonly [string, string, string | undefined][] = [
    ...programs.map(({ by, spec }) => [service, by, spec.serviceAccountName] as [string, string, string | undefined]),
    [workflows, "EventSource", foundIn(objects.eventSource)?.spec.template?.serviceAccountName],
    [workflows, "Sensor", foundIn(objects.sensor)?.spec.template?.serviceAccountName],
    [workflows, "WorkflowTemplate", template?.serviceAccountName],
    [workflows, "WorkflowTemplate's executor", template?.executor?.serviceAccountName],
  ];
  return {
    configMaps: [
      ...mounted.flatMap(({ configMap, by, namespace }) =>
        configMap
          ? (configMap.items ?? [undefined]).map((item) => ({
              ...{ namespace, name: configMap.name, by, isSemaphore: false },
              ...(item && { key: item.key }),
            }))
          : [],
      ),
      ...(template?.synchronization?.semaphores ?? []).flatMap(({ configMapKeyRef: reference }) =>
        reference ? [{ namespace: workflows, ...reference, by: "WorkflowTemplate", isSemaphore: true }] : [],
      ),
    ],
    serviceAccounts: accounts.flatMap(([namespace, by, name]) => (name === undefined ? [] : [{ namespace, name, by }])),
  };
}
