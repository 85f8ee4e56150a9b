import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { type Cluster, openCluster } from "../cluster/cluster.ts";
import { clusterLayout } from "../cluster/layout.ts";
import { type BrokerControl, brokerControl } from "../kafka/broker-control.ts";
import { type Reconciled, reconcile } from "../kafka/operators.ts";
import { controlClient, type Simulated } from "../simulated/control-client.ts";

const stateSchema = z.strictObject({
  /** Of the simulated world's control. */
  control: z.url(),
  githubUrl: z.url(),
  openaiUrl: z.url(),
  githubToken: z.string(),
  openaiKey: z.string(),
  /** `http://<the Service's address>/webhooks/github`: kube-proxy lets the machine reach it too. */
  webhookUrl: z.url(),
  webhookSecret: z.string(),
  /** Passwords of the Kafka users, by use. */
  kafkaPasswords: z.strictObject({ service: z.string(), consumer: z.string() }),
  kafka: z.strictObject({ namespace: z.string(), cluster: z.string(), serviceAddress: z.string() }),
  namespaces: z.strictObject({ service: z.string(), workflows: z.string(), kafka: z.string() }),
  /** The synthesized manifests that were applied. */
  manifests: z.string(),
  /** Authority of the simulated GitHub and model, a PEM file. */
  authority: z.string(),
  images: z.strictObject({ service: z.string(), runner: z.string(), agent: z.string() }),
});
export type DeploymentState = z.infer<typeof stateSchema>;

/** The pipeline on the platform, as every test has it. */
export interface Deployment extends DeploymentState {
  cluster: Cluster;
  /** What people do at GitHub, what they see there, and how GitHub and the model go wrong. */
  simulated: Simulated;
  broker: BrokerControl;
  /** Lets the stand-in for Strimzi's operators look again, after a KafkaTopic or a KafkaUser was changed. */
  reconcileKafka(): Promise<Reconciled[]>;
}

/** Everything that `deploy` writes; `down` removes it. */
export function deploymentLayout(folder: string) {
  const at = (...parts: string[]) => join(clusterLayout(folder).node, "deployment", ...parts);
  return {
    state: at("deployment.json"),
    secrets: at("secrets.json"),
    manifests: at("manifests"),
    kafka: at("kafka"),
    simulated: { settings: at("simulated.json"), folder: at("repositories"), tls: at("tls") },
  };
}

/** What `deploy` left for tests. @throws Error when nothing is deployed */
export function readDeployment(folder: string): Deployment {
  const file = deploymentLayout(folder).state;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`nothing is deployed (${file} can not be read): npm run e2e -- up`, { cause: error });
  }
  return openDeployment(openCluster(folder), stateSchema.parse(JSON.parse(text)));
}

export function openDeployment(cluster: Cluster, state: DeploymentState): Deployment {
  const { serviceAddress, ...place } = state.kafka;
  const broker = brokerControl(cluster, place, serviceAddress);
  return {
    ...state,
    ...{ cluster, broker, simulated: controlClient(state.control) },
    reconcileKafka: () => reconcile(cluster, place, broker),
  };
}

/** Readable for its owner alone: it holds the secrets. */
export function writePrivately(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
}
