import { at } from "../references/tree.ts";

/** For tests only: what Argo Events does with a trigger's parameters (its `params.go`), as far as our Sensor uses it. */
interface Parameter {
  src: { dependencyName: string; dataKey?: string; dataTemplate?: string; value?: string };
  dest: string;
}

/** An event on the bus: the Kafka record's value is its body. */
export interface BusEvent {
  body: unknown;
}

/**
 * A resource with the parameters' values put in. Every value becomes a text; what is missing takes `value`, or fails the
 * whole trigger; null is there, as "null".
 * @throws Error when a value can not be resolved
 */
export function applyParameters(
  resource: object,
  parameters: readonly Parameter[],
  events: Readonly<Record<string, BusEvent>>,
): unknown {
  const result = structuredClone(resource);
  for (const { src, dest } of parameters) {
    const value = resolve(src, events);
    // A dependency that is not there is no error: the parameter is left out.
    if (value !== undefined) set(result, dest, value);
  }
  return result;
}

function resolve(src: Parameter["src"], events: Readonly<Record<string, BusEvent>>) {
  const { dependencyName, dataKey, dataTemplate, value } = src;
  const event = events[dependencyName];
  if (!event) return value;
  const found = dataTemplate === undefined ? byKey(event, dataKey) : byTemplate(event, dataTemplate);
  if (found !== undefined) return found;
  if (value !== undefined) return value;
  throw new Error(`unable to resolve '${dependencyName}' parameter value ${dataKey ?? dataTemplate}`);
}

function byKey(event: BusEvent, key: string | undefined) {
  const found = key === undefined ? undefined : at(event, key);
  return found === undefined || typeof found === "string" ? found : JSON.stringify(found);
}

/** The two templates of our Sensor. */
function byTemplate(event: BusEvent, template: string): string | undefined {
  const [, pattern, path, numeric] =
    /^\{\{ (?:regexFind `(.*)` \.Input\.([\w.]+)|with \.Input\.([\w.]+) \}\}\{\{ int64 \. \}\}\{\{ end) \}\}$/.exec(
      template,
    ) ?? [];
  const found = at(event, path ?? numeric ?? "");
  if (pattern !== undefined) return typeof found === "string" && new RegExp(pattern).test(found) ? found : undefined;
  if (numeric === undefined) throw new Error(`a template that this model does not know: ${template}`);
  return found ? String(Math.trunc(Number(found)) || 0) : undefined;
}

/** Dots part a path; a number counts in a list. */
function set(target: unknown, path: string, value: string): void {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const parent = keys.reduce((found, key) => (found as Record<string, unknown>)[key], target);
  (parent as Record<string, unknown>)[last] = value;
}
