import process from "node:process";
import { isRunning } from "./process.ts";
import type { ClusterState } from "./state.ts";

/** @throws Error while another command has this cluster: it brings it up, tests it, or takes it down */
export function refuseBesideOther(state: Pick<ClusterState, "owner"> | undefined): void {
  if (state && state.owner.pid !== process.pid && isRunning(state.owner))
    throw new Error(
      `process ${state.owner.pid} brings the platform up, runs its suite or takes it down: wait for it, or end it`,
    );
}
