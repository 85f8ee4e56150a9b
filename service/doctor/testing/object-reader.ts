import { type KubernetesObject, keyOf } from "../../testing/fake-cluster.ts";
import type { ClusterReader, Kind } from "../kubernetes/cluster-reader.ts";
import type { Reading } from "../kubernetes/reading.ts";

/** For tests only: a {@link ClusterReader} of objects in memory. `refused` as `secrets in kafka`. */
export function objectReader(
  objects: ReadonlyMap<string, KubernetesObject>,
  { refused = [], absent = [] }: { refused?: readonly string[]; absent?: readonly string[] } = {},
): ClusterReader {
  const all = <T>({ plural }: Kind<T>, namespace: string) =>
    [...objects.values()].filter(
      ({ kind, metadata }) =>
        [`${kind.toLowerCase()}s`, kind.toLowerCase(), kind.toLowerCase().replace(/y$/, "ies")].includes(plural) &&
        metadata.namespace === namespace,
    );
  const isRefused = (plural: string, namespace: string) => refused.includes(`${plural} in ${namespace}`);
  const parsed = <T>({ schema }: Kind<T>, object: KubernetesObject): T => schema.parse(object);
  const kinds = ["eventbus", "eventsources", "sensors", "workflows", "workflowtemplates", "workflowtaskresults"];
  return {
    async get(kind, namespace, name) {
      if (isRefused(kind.plural, namespace))
        return { kind: "forbidden", question: { verb: "get", resource: kind.plural, namespace, name } };
      const found = all(kind, namespace).find(({ metadata }) => metadata.name === name);
      return found ? { kind: "found", value: parsed(kind, found) } : { kind: "absent" };
    },
    async list(kind, namespace) {
      if (isRefused(kind.plural, namespace))
        return { kind: "forbidden", question: { verb: "list", resource: kind.plural, namespace } };
      return { kind: "found", value: all(kind, namespace).map((object) => parsed(kind, object)) };
    },
    async path(path, schema) {
      const names = [...kinds, "kafkatopics", "kafkausers"].filter((name) => !absent.includes(name));
      const body = path === "version" ? { gitVersion: "v1.34.4" } : { resources: names.map((name) => ({ name })) };
      return { kind: "found", value: schema.parse(body) };
    },
    throughPod: async (): Promise<Reading<never>> => ({ kind: "absent" }),
  };
}

/** Objects by their key, each a copy that may be changed. */
export function byKey(objects: readonly KubernetesObject[]): Map<string, KubernetesObject> {
  return new Map(structuredClone(objects).map((object) => [keyOf(object), object]));
}
