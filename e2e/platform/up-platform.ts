import { join } from "node:path";
import { missingGo } from "../../infra/platform/build-tool.ts";
import { installPackages } from "../../service/testing/install-packages.ts";
import { bringUp } from "./cluster/bring-up.ts";
import { type Cluster, readCluster } from "./cluster/cluster.ts";
import { clusterLayout, platformFolder } from "./cluster/layout.ts";
import { machineFaults } from "./cluster/machine/machine-faults.ts";
import { refuseBesideKubernetes } from "./cluster/machine/other-kubernetes.ts";
import { missingPackages } from "./cluster/machine/packages.ts";
import { clusterNetwork } from "./cluster/network.ts";
import { isRunning } from "./cluster/process.ts";
import { refuseBesideOther } from "./cluster/refuse-beside-other.ts";
import { type ClusterState, readState, writeState } from "./cluster/state.ts";
import { takeDown } from "./cluster/take-down.ts";
import { installControllers } from "./controllers/install-controllers.ts";
import { makeVolumes } from "./controllers/volumes.ts";
import { importPlatformImages } from "./platform-images/import-platform-images.ts";
import type { PlatformOptions } from "./platform-options.ts";
import { buildPrograms } from "./programs/build-programs.ts";

/**
 * Brings the platform up, or finds it up already: programs, node, images, controllers. What an earlier run left behind is taken
 * down first. Where it fails, or is stopped, everything is taken down again.
 * @throws Error with all that is missing on this machine, before anything is done; or with what did not start
 */
export async function upPlatform(options: PlatformOptions): Promise<Cluster> {
  const { cache, env, report, signal } = options;
  const folder = platformFolder(cache);
  const layout = clusterLayout(folder);
  const before = readState(layout.state);
  refuseBesideOther(before);
  if (before && isUp(before)) {
    report("the platform is up already");
    return readCluster(folder);
  }
  refuseBesideKubernetes(layout.node);
  const path = env["PATH"] ?? "";
  installPackages(missingPackages(path));
  if (before) {
    report("an earlier run left a platform behind: it is taken down first");
    await takeDown(layout, report);
  }
  const network = clusterNetwork(options.nodeAddress);
  const go = missingGo();
  const faults = [...(go ? [go] : []), ...(await machineFaults(network, path))];
  if (faults.length > 0) throw new Error(`the platform can't run here:\n  ${faults.join("\n  ")}`);
  const programs = await buildPrograms({ cache, env, report, signal });
  report("programs are built");
  try {
    const cluster = await bringUp({
      ...{ folder, network, programs, path, report, signal },
      async onContainerd({ state }) {
        const images = await importPlatformImages(state, { programs, folder: join(folder, "images"), path, signal });
        report(`${images} images are on the node`);
      },
    });
    await makeVolumes(cluster, layout.volumes, signal);
    await installControllers(cluster, signal);
    report("the controllers of Argo Events and Argo Workflows are available");
    writeState(layout.state, { ...cluster.state, phase: "up" });
    return readCluster(folder);
  } catch (error) {
    report(`the platform did not come up: ${error instanceof Error ? error.message : error}`);
    report("what was started is taken down again");
    await takeDown(layout, report);
    throw error;
  }
}

/** One whose processes ended, as after the machine's restart, is up no more. */
const isUp = (state: ClusterState) => state.phase === "up" && state.processes.every(isRunning);
