import type { Deployment } from "../../deploy/deployment.ts";
import { runningPods } from "../../network-policy/running-pods.ts";

/** What all pods of a part of the service have counted together, under whatever labels. */
export async function counted(
  { cluster, namespaces }: Deployment,
  part: "serve" | "watch",
  counter: string,
): Promise<number> {
  const pods = (await runningPods(cluster, namespaces.service)).filter(
    ({ labels }) => labels["app.kubernetes.io/component"] === part,
  );
  const counts = await Promise.all(
    pods.map(async ({ address }) => {
      const response = await fetch(`http://${address}:8080/metrics`, { signal: AbortSignal.timeout(5_000) });
      return [...(await response.text()).matchAll(new RegExp(`^${counter}\\{[^}]*\\} (\\d+)$`, "gm"))].map(
        ([, count]) => Number(count),
      );
    }),
  );
  return counts.flat().reduce((sum, count) => sum + count, 0);
}
