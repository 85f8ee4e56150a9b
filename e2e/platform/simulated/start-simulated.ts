import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { makeCertificates } from "@froussard/simulators/testing/certificates";
import { freePorts } from "../../../service/testing/broker/free-ports.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { isRunning } from "../cluster/process.ts";
import { writePrivately } from "../deploy/deployment.ts";
import { type WorldFacts, worldFacts } from "./control-client.ts";
import type { SimulatedSettings } from "./main.ts";

export interface StartedWorld extends WorldFacts {
  control: string;
  /** PEM text of the authority that both have their certificate from. */
  authority: string;
  authorityFile: string;
}

interface Places {
  settings: string;
  folder: string;
  tls: string;
}

const name = "simulated";

/**
 * The simulated GitHub and model at the node's address, as a process that `down` ends with the cluster's own; one that runs
 * already stays, with everything that was done in it.
 */
export async function startSimulated(cluster: Cluster, places: Places): Promise<StartedWorld> {
  const host = cluster.state.nodeAddress;
  if (!existsSync(places.settings)) {
    const { keyStore } = makeCertificates(places.tls, 2, [`IP:${host}`]);
    const [github = 0, model = 0, control = 0] = await freePorts(3);
    const settings: SimulatedSettings = {
      ...{ host, ports: { github, model, control }, folder: places.folder, keyStore },
      githubToken: `ghp_${randomBytes(18).toString("hex")}`,
    };
    writePrivately(places.settings, settings);
  }
  const { ports } = JSON.parse(readFileSync(places.settings, "utf8")) as SimulatedSettings;
  const control = `http://127.0.0.1:${ports.control}`;
  const running = cluster.state.processes.find((each) => each.name === name);
  if (!running)
    await cluster.start({
      ...{ name, command: process.execPath, ready: { url: control }, limitSeconds: 30 },
      args: [join(import.meta.dirname, "main.ts"), "--settings", places.settings],
    });
  else if (!isRunning(running)) await cluster.restart(name);
  const authorityFile = join(places.tls, "ca.pem");
  return { ...(await worldFacts(control)), control, authority: readFileSync(authorityFile, "utf8"), authorityFile };
}
