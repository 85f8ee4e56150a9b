/** An object of Kubernetes, as far as it has to be known to be changed or ordered. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

/** Objects as one text for `kubectl --filename=-`. */
export const manifestList = (items: readonly object[]): string =>
  JSON.stringify({ apiVersion: "v1", kind: "List", items });
