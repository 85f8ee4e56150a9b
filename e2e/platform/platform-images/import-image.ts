import { runCommand } from "../cluster/run-command.ts";
import type { ClusterState } from "../cluster/state.ts";

/**
 * Brings an image's archive (of an OCI layout, or as Docker saves it) into the node, as if it had been pulled under the name that it carries.
 * @throws Error when containerd does not take it within three minutes
 */
export async function importImage(
  { containerdSocket }: Pick<ClusterState, "containerdSocket">,
  archive: string,
  signal?: AbortSignal,
): Promise<void> {
  await runCommand(
    "ctr",
    ["--address", containerdSocket, "--namespace", "k8s.io", "images", "import", "--digests=false", archive],
    { timeoutMs: 180_000, ...(signal && { signal }) },
  );
}
