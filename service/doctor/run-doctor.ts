import type { Namespaces } from "./deployed-names.ts";
import { type DoctorReport, type Finding, reportOf } from "./doctor-report.ts";
import { type GitHubLook, lookAtService } from "./github/look-at-service.ts";
import { readHealth } from "./health/read-health.ts";
import { judgeEvents } from "./judge/judge-events.ts";
import { judgeHealth } from "./judge/judge-health.ts";
import { judgeKafkaObjects } from "./judge/judge-kafka-objects.ts";
import { judgeKubernetes } from "./judge/judge-kubernetes.ts";
import { judgeNetwork } from "./judge/judge-network.ts";
import { judgePrograms } from "./judge/judge-programs.ts";
import { judgeReferences } from "./judge/judge-references.ts";
import { judgeRoles } from "./judge/judge-roles.ts";
import { judgeRuns } from "./judge/judge-runs.ts";
import { judgeKafkaPasswords, judgeSecrets } from "./judge/judge-secrets.ts";
import { judgeSettings } from "./judge/judge-settings.ts";
import { judgeKafka, unaskedKafka, type Vantage } from "./kafka/judge-kafka.ts";
import { type KafkaAccess, kafkaAccesses } from "./kafka/kafka-access.ts";
import { readKafka } from "./kafka/read-kafka.ts";
import type { ClusterFacts } from "./kubernetes/cluster-facts.ts";
import type { ClusterReader } from "./kubernetes/cluster-reader.ts";
import { readCluster } from "./kubernetes/read-cluster.ts";
import { lookAtModel } from "./model/look-at-model.ts";

export interface DoctorOptions extends GitHubLook {
  reader: ClusterReader;
  namespaces: Namespaces;
  /** Hears what is asked next, in a word or two, and that it was answered. */
  onStep?: (step: string, done: boolean) => void;
}

/** There is no cluster to look at. */
export class NoClusterError extends Error {}

/**
 * Looks at a deployment: the cluster's objects first, then side by side everything that they lead to. Changes nothing
 * anywhere. What is wrong is a finding, all of them together. @throws NoClusterError when the API server cannot be asked
 */
export async function runDoctor(options: DoctorOptions): Promise<DoctorReport> {
  const { reader, namespaces, onStep = () => {} } = options;
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    onStep(name, false);
    const result = await work();
    onStep(name, true);
    return result;
  };
  const facts = await step("cluster", () => readCluster(reader, namespaces));
  if (facts.version.kind === "failed") throw new NoClusterError(facts.version.reason);
  const [health, kafka, github, model] = await Promise.all([
    step("service", async () => judgeHealth(await readHealth(reader, facts))),
    step("Kafka", async () =>
      Promise.all(kafkaAccesses(facts).map((access) => lookAtKafka(access, options, options.timeoutMs))),
    ),
    step("GitHub", () => lookAtService(facts, options)),
    step("model", () => lookAtModel(facts, options)),
  ]);
  return reportOf([...judgeCluster(facts), ...health, ...kafka.flat(), ...github, model]);
}

/** All that the cluster's objects alone tell. Pure. */
export function judgeCluster(facts: ClusterFacts): Finding[] {
  return [
    ...judgeKubernetes(facts),
    ...judgeSecrets(facts),
    ...judgeKafkaPasswords(facts),
    ...judgeReferences(facts),
    ...judgeRoles(facts),
    ...judgeNetwork(facts),
    ...judgeSettings(facts),
    ...judgePrograms(facts),
    ...judgeEvents(facts),
    ...judgeRuns(facts),
    ...judgeKafkaObjects(facts),
  ];
}

async function lookAtKafka(access: KafkaAccess, vantage: Vantage, timeoutMs: number): Promise<Finding[]> {
  if ("because" in access) return unaskedKafka(access.rights, access.because, access.fix);
  return judgeKafka(await readKafka(access.config, access.rights, timeoutMs), vantage);
}
