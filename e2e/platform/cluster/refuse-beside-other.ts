import process from "node:process";
import { isRunning } from "./process.ts";
import type { ClusterState } from "./state.ts";

/** @throws Error while another command is bringing this cluster up or taking it down */
export function refuseBesideOther(state: ClusterState | undefined): void {
  if (state && state.phase !== "up" && state.owner.pid !== process.pid && isRunning(state.owner))
    throw new Error(`process ${state.owner.pid} is bringing the platform up or taking it down: wait for it, or end it`);
}
