import { existsSync } from "node:fs";
import { clusterLayout, platformFolder } from "./cluster/layout.ts";
import { hasNodeInterface } from "./cluster/machine/node-interface.ts";
import { refuseBesideKubernetes } from "./cluster/machine/other-kubernetes.ts";
import { refuseBesideOther } from "./cluster/refuse-beside-other.ts";
import { readState, removeState, UnreadableState } from "./cluster/state.ts";
import { takeDown } from "./cluster/take-down.ts";
import type { PlatformOptions } from "./platform-options.ts";

/**
 * Takes the platform down; where none is up, what one may have left behind. Where nothing shows that one ever was here, nothing is
 * touched: packet rules and pods of Kubernetes' are another's then.
 * @throws Error while another command has the platform, or another Kubernetes runs where our own record is lost
 */
export async function downPlatform({ cache, report }: Pick<PlatformOptions, "cache" | "report">): Promise<void> {
  const layout = clusterLayout(platformFolder(cache));
  try {
    const state = readState(layout.state);
    refuseBesideOther(state);
    if (!state && !existsSync(layout.node) && !hasNodeInterface()) {
      report("there is no platform to take down");
      return;
    }
    if (!state) refuseBesideKubernetes(layout.node);
  } catch (error) {
    if (!(error instanceof UnreadableState)) throw error;
    refuseBesideKubernetes(layout.node);
    report(`${error.message}: what it names is looked for`);
    removeState(layout.state);
  }
  await takeDown(layout, report);
  report("the platform is down");
}
