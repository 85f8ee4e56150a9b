import { podsOf } from "../judge/judge-programs.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import type { ClusterReader } from "../kubernetes/cluster-reader.ts";
import type { Pod } from "../kubernetes/objects.ts";
import { foundIn, type Reading } from "../kubernetes/reading.ts";

/** What a pod of the service says at its own HTTP server. */
export interface PodHealth {
  name: string;
  readiness: Reading<{ status: number; text: string }>;
  metrics: Reading<{ status: number; text: string }>;
}

export interface HealthFacts {
  namespace: string;
  serve: readonly PodHealth[];
  watch: readonly PodHealth[];
  /** Time limit of a run, as watch knows it. */
  deadlineMinutes: number;
}

/** Asks each running pod through the API server, which has to be allowed (`pods/proxy`). */
export async function readHealth(reader: ClusterReader, facts: ClusterFacts): Promise<HealthFacts> {
  const { service: namespace } = facts.namespaces;
  const ask = async (pod: Pod): Promise<PodHealth> => {
    const { name } = pod.metadata;
    const port =
      pod.spec.containers.flatMap(({ ports }) => ports).find((each) => each.name === "http")?.containerPort ?? 8080;
    const [readiness, metrics] = await Promise.all(
      ["/health/readiness", "/metrics"].map((path) => reader.throughPod(namespace, name, port, path)),
    );
    return { name, readiness: readiness ?? { kind: "absent" }, metrics: metrics ?? { kind: "absent" } };
  };
  const running = (program: "serve" | "watch") =>
    podsOf(facts.servicePods, program).filter(({ status }) => status.phase === "Running");
  const [serve, watch] = await Promise.all(
    (["serve", "watch"] as const).map((program) => Promise.all(running(program).map(ask))),
  );
  const variables = foundIn(facts.watch)?.spec.template.spec.containers[0]?.env ?? [];
  const minutes = Number(variables.find(({ name }) => name === "CODEX_DEADLINE_MINUTES")?.value ?? 60);
  return { namespace, serve: serve ?? [], watch: watch ?? [], deadlineMinutes: minutes };
}
