import { readCluster } from "./cluster/cluster.ts";
import { platformFolder } from "./cluster/layout.ts";
import { deploy } from "./deploy/deploy.ts";
import type { PlatformOptions } from "./platform-options.ts";

/**
 * Brings the pipeline onto the platform that is up; where it is there already, what has changed since.
 * @throws Error that names what did not become healthy; the platform stays as it is then, to be looked at
 */
export async function deployPipeline({ cache, report, signal }: PlatformOptions): Promise<void> {
  const folder = platformFolder(cache);
  const stopped = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );
  await Promise.race([deploy(readCluster(folder), { folder, report }), stopped]);
  report("the pipeline is deployed");
}
