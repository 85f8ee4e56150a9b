import type { Container, Secret } from "./objects.ts";
import { foundIn, type Reading } from "./reading.ts";

/** A container's environment, as far as it can be seen. */
export interface DeployedEnvironment {
  /** Values by name, those of Secrets included. */
  values: Readonly<Record<string, string>>;
  /** Variables whose value stands in a Secret that could not be read. */
  unseen: readonly string[];
}

/** Puts Secrets' values where a container's environment refers to them. Pure. */
export function deployedEnvironment(
  { env }: Pick<Container, "env">,
  namespace: string,
  secrets: ReadonlyMap<string, Reading<Secret>>,
): DeployedEnvironment {
  const values: Record<string, string> = {};
  const unseen: string[] = [];
  for (const { name, value, valueFrom } of env) {
    const reference = valueFrom?.secretKeyRef;
    const stored = reference && foundIn(secrets.get(`${namespace}/${reference.name}`))?.data.get(reference.key);
    if (value !== undefined) values[name] = value;
    else if (stored !== undefined) values[name] = stored;
    else if (reference?.optional !== true) unseen.push(name);
  }
  return { values, unseen };
}
