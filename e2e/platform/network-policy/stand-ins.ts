import type { Cluster } from "../cluster/cluster.ts";
import { listenIn } from "./in-network.ts";
import { type RunningPod, runningPods } from "./running-pods.ts";
import type { Target } from "./target.ts";

/** A pod that only has labels: policies and Services take it for the one whose labels it has. */
export interface StandIn {
  name: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
}

/** It sleeps. It is never ready, so that no Service sends it what is for the one that it stands for. */
function podOf({ name, namespace, labels }: StandIn, image: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 0,
      readinessGates: [{ conditionType: "example.org/is-the-real-one" }],
      securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "main",
          image,
          imagePullPolicy: "IfNotPresent",
          command: ["sleep", "86400"],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
  };
}

/** Stand-ins, which listen. */
export interface StandIns {
  readonly pods: readonly RunningPod[];
  readonly targets: readonly Target[];
  close(): Promise<void>;
}

/** Starts them, each listening on all of these ports, by TCP; and on 53 by UDP too. */
export async function startStandIns(
  cluster: Cluster,
  image: string,
  standIns: readonly StandIn[],
  ports: readonly number[],
): Promise<StandIns> {
  const input = JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: standIns.map((each) => podOf(each, image)),
  });
  await cluster.kubectl(["apply", "--filename", "-"], { input });
  const endPods = () => cluster.kubectl(["delete", "--ignore-not-found", "--wait=true", "--filename", "-"], { input });
  try {
    const running = ["--for=jsonpath={.status.phase}=Running", "--timeout=60s"];
    await cluster.kubectl(["wait", ...running, "--filename", "-"], { input });
    const pods = (await runningPods(cluster)).filter((pod) =>
      standIns.some(({ name, namespace }) => pod.name === name && pod.namespace === namespace),
    );
    if (pods.length < standIns.length) throw new Error(`only ${pods.length} of ${standIns.length} stand-ins run`);
    const targets = pods.flatMap(({ name: who, address: host }): Target[] => [
      ...ports.map((port) => ({ who, host, port, protocol: "tcp" }) as const),
      { who, host, port: 53, protocol: "udp" },
    ]);
    const listeners = await Promise.all(
      pods.map(({ name, network }) =>
        listenIn(
          network,
          targets.filter(({ who }) => who === name),
        ),
      ),
    );
    return {
      pods,
      targets,
      async close() {
        await Promise.all(listeners.map((listener) => listener.close()));
        await endPods();
      },
    };
  } catch (error) {
    await endPods();
    throw error;
  }
}
