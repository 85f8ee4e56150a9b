import type { ChartProps } from "cdk8s";

/** The same for all charts: what every object is labelled with, and names as they are given. */
export const chartProps: ChartProps = {
  labels: { "app.kubernetes.io/part-of": "froussard", "app.kubernetes.io/managed-by": "cdk8s" },
  disableResourceNameHashes: true,
};
