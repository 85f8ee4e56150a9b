/** One key of a Secret that people create. */
export interface SecretKey {
  name: string;
  key: string;
  /** It may be missing. */
  optional?: boolean;
}

/** Values of environment variables by name; what is undefined is left out. */
export type Variables = Readonly<Record<string, string | number | SecretKey | undefined>>;

/** An environment variable, as both Kubernetes' and Argo's containers take it. */
export interface EnvVariable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef: SecretKey };
}

/** A container's environment, in the order given. */
export function environment(variables: Variables): EnvVariable[] {
  return Object.entries(variables).flatMap(([name, value]): EnvVariable[] => {
    if (value === undefined) return [];
    if (typeof value === "object") return [{ name, valueFrom: { secretKeyRef: value } }];
    return [{ name, value: String(value) }];
  });
}
