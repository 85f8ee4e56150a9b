import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { Admin } from "@platformatic/kafka";
import { tameConnections } from "../../../service/kafka/abandon-client.ts";
import { users } from "../../../service/testing/broker/users.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { runCommand } from "../cluster/run-command.ts";
import { type BrokerPlace, brokerSet } from "./broker-manifests.ts";
import { brokerPorts } from "./broker-settings.ts";
import type { SuperUser } from "./user-operator.ts";

/** The platform's broker, for tests that hurt it or look into it. */
export interface BrokerControl {
  /** Address for programs of this machine: host and port. */
  host: string;
  port: number;
  /** Runs `work` as the super user. */
  asSuperUser<T>(work: (superUser: SuperUser) => Promise<T>): Promise<T>;
  /** SIGTERM; resolves when the broker is gone. It stays away until `start`. */
  stop(): Promise<void>;
  /** Resolves when it answers. */
  start(): Promise<void>;
  /** kill -9; Kubernetes starts it again. Resolves when it answers. */
  crash(): Promise<void>;
}

const startMs = 120_000;

export function brokerControl(cluster: Cluster, place: BrokerPlace, serviceAddress: string): BrokerControl {
  const set = brokerSet(place);
  const kubectl = (...args: string[]) =>
    cluster.kubectl([`--namespace=${place.namespace}`, ...args], { timeoutMs: startMs });
  const address = { host: serviceAddress, port: brokerPorts.machine };
  const sasl = { mechanism: "SCRAM-SHA-512" as const, ...users.admin };
  async function asSuperUser<T>(work: (superUser: SuperUser) => Promise<T>): Promise<T> {
    const admin = new Admin({
      ...{ clientId: "platform-admin", bootstrapBrokers: [address], sasl, retries: 5, retryDelay: 1_000 },
      ...{ connectTimeout: 2_000, requestTimeout: 10_000 },
    });
    tameConnections(admin);
    try {
      return await work({ admin, ...address, sasl });
    } finally {
      await admin.close();
    }
  }
  async function untilItAnswers(): Promise<void> {
    for (const end = performance.now() + startMs; ; await wait(200)) {
      try {
        await asSuperUser(({ admin }) => admin.metadata({ topics: [], forceUpdate: true, retries: 0 }));
        return;
      } catch (error) {
        if (performance.now() > end)
          throw new Error(`the broker did not answer within ${startMs} ms`, { cause: error });
      }
    }
  }
  const scale = (replicas: number) => kubectl("scale", `statefulset/${set}`, `--replicas=${replicas}`);
  return {
    ...address,
    asSuperUser,
    async stop() {
      await scale(0);
      await kubectl("wait", "--for=delete", `pod/${set}-0`, "--timeout=60s");
    },
    async start() {
      await scale(1);
      await untilItAnswers();
    },
    async crash() {
      const [pid] = await brokerProcesses(cluster, place);
      if (pid === undefined) throw new Error("the broker does not run");
      process.kill(pid, "SIGKILL");
      await untilItAnswers();
    },
  };
}

/** Process ids, on this machine, of what runs in the broker's pod. */
async function brokerProcesses(cluster: Cluster, place: BrokerPlace): Promise<number[]> {
  const container = await cluster.kubectl([
    ...[`--namespace=${place.namespace}`, "get", "pod", `${brokerSet(place)}-0`],
    "--output=jsonpath={.status.containerStatuses[0].containerID}",
  ]);
  const listed = await runCommand("ctr", [
    ...["--address", cluster.state.containerdSocket, "--namespace", "k8s.io", "tasks", "ps"],
    container.replace("containerd://", ""),
  ]);
  return [...listed.matchAll(/^(\d+)\b/gm)].map(([, pid]) => Number(pid));
}
