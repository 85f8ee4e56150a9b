/** Looking into manifests, whose shape differs by kind. */
type Fields = Readonly<Record<string, unknown>>;

function isFields(tree: unknown): tree is Fields {
  return typeof tree === "object" && tree !== null;
}

/** What lies at a path such as `spec.template`. */
export function at(tree: unknown, path: string): unknown {
  return path.split(".").reduce((found: unknown, key) => (isFields(found) ? found[key] : undefined), tree);
}

export function textAt(tree: unknown, path: string): string | undefined {
  const found = at(tree, path);
  return typeof found === "string" ? found : undefined;
}

export function listAt(tree: unknown, path: string): readonly unknown[] {
  const found = at(tree, path);
  return Array.isArray(found) ? found : [];
}

/** Fields and their values; none when there is nothing. */
export function fieldsAt(tree: unknown, path: string): Readonly<Record<string, unknown>> {
  const found = at(tree, path);
  return isFields(found) && !Array.isArray(found) ? found : {};
}

/** Labels or a selector of labels. */
export function labelsAt(tree: unknown, path: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fieldsAt(tree, path)).map(([name, value]) => [name, String(value)]));
}

/** Everything that stands under one of these keys, however deep. */
export function under(tree: unknown, ...keys: readonly string[]): unknown[] {
  if (!isFields(tree)) return [];
  return Object.entries(tree).flatMap(([key, value]) => [
    ...(keys.includes(key) && !Array.isArray(tree) ? [value] : []),
    ...under(value, ...keys),
  ]);
}

/** Every text, however deep. */
export function textsIn(tree: unknown): string[] {
  if (typeof tree === "string") return [tree];
  return isFields(tree) ? Object.values(tree).flatMap(textsIn) : [];
}
