import type { KubernetesObject } from "./fake-cluster.ts";

type Objects = Map<string, KubernetesObject>;
type Fields = Record<string, unknown>;

/**
 * For tests only: sets a field of an object by its path (`spec.template.spec.containers.0.image`), or takes it away.
 * @throws Error when there is no such object, or nothing on the way to the field
 */
export function setField(objects: Objects, key: string, path: string, value: unknown): void {
  const object = objects.get(key);
  if (!object) throw new Error(`there is no ${key}; there are ${[...objects.keys()].join(", ")}`);
  const copy = structuredClone(object);
  const names = path.split(".");
  const last = names.pop() ?? "";
  let at = copy as Fields;
  for (const name of names) {
    const next = at[name];
    if (typeof next !== "object" || next === null) throw new Error(`${key} has no ${path}: ${name} is not there`);
    at = next as Fields;
  }
  if (value === undefined) delete at[last];
  else at[last] = value;
  objects.set(key, copy);
}

/** Puts a text under a Secret's key, or takes the key away. */
export function setSecret(objects: Objects, place: string, key: string, text: string | undefined): void {
  setField(
    objects,
    `Secret ${place}`,
    `data.${key}`,
    text === undefined ? undefined : Buffer.from(text).toString("base64"),
  );
}

/** Sets a variable of a container's environment; `container` leads to it from the object. */
export function setVariable(objects: Objects, key: string, container: string, name: string, value: string): void {
  const env = fieldOf(objects, key, `${container}.env`) as { name: string }[];
  setField(objects, key, `${container}.env`, [...env.filter((each) => each.name !== name), { name, value }]);
}

/** What stands at a path; undefined where nothing does. */
export function fieldOf(objects: ReadonlyMap<string, KubernetesObject>, key: string, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (at, name) => (typeof at === "object" && at !== null ? (at as Fields)[name] : undefined),
      objects.get(key),
    );
}
