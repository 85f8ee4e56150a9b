import { consumerGroup, topics } from "@froussard/contract";
import { names } from "../charts/names.ts";
import { selector } from "./prom-ql.ts";

/** Where the series of one deployment are found: what Prometheus' operator puts onto them, by namespace and Service. */
export function seriesOf(namespace: string) {
  const of =
    (job: string) =>
    (metric: string, labels: Readonly<Record<string, string>> = {}) =>
      `${metric}${selector({ namespace, job, ...labels })}`;
  return {
    serve: of(names.webhooks),
    watch: of(names.watch),
    /** Of both programs. */
    both: (metric: string, labels: Readonly<Record<string, string>> = {}) =>
      `${metric}${selector({ namespace, ...labels })}`,
  };
}
export type Series = ReturnType<typeof seriesOf>;

/** The lag of the consumer that makes Workflows of tasks. */
export const taskLag = `kafka_consumergroup_lag${selector({ consumergroup: consumerGroup, topic: topics.codexTasks })}`;

/** Metrics of other programs that alerts and dashboard use, and where they come from. */
export const foreignMetrics: Readonly<Record<string, string>> = {
  kafka_consumergroup_lag:
    "Kafka Exporter, which Strimzi deploys where the `Kafka` object has `spec.kafkaExporter`; labels `consumergroup`, `topic`, `partition`",
  argo_workflows_gauge:
    "the Workflow controller of Argo Workflows at port 9090, all its Workflows together; the phase is the label `status` in 3.7 and `phase` in 4",
};
