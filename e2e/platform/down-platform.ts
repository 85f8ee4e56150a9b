import { clusterLayout, platformFolder } from "./cluster/layout.ts";
import { refuseBesideOther } from "./cluster/refuse-beside-other.ts";
import { readState, removeState, UnreadableState } from "./cluster/state.ts";
import { takeDown } from "./cluster/take-down.ts";
import type { PlatformOptions } from "./platform-options.ts";

/** Takes the platform down; where none is up, what one may have left behind. */
export async function downPlatform({ cache, report }: Pick<PlatformOptions, "cache" | "report">): Promise<void> {
  const layout = clusterLayout(platformFolder(cache));
  try {
    refuseBesideOther(readState(layout.state));
  } catch (error) {
    if (!(error instanceof UnreadableState)) throw error;
    report(`${error.message}: what it names is looked for`);
    removeState(layout.state);
  }
  await takeDown(layout, report);
  report("the platform is down");
}
