import { githubCheckIds } from "../checks/github/github-checks.ts";

/** What is looked at by each check that only a deployment has, in the order in which it is told. */
const ofDeployment = {
  kubernetes: "The API server answers, and is 1.30 or newer",
  rights: "What you may not look at, with the line that asks for it; those checks are `skipped`",
  "custom-resources": "Argo Events, Argo Workflows and Strimzi serve the kinds that are used",
  secret: "Each Secret that the objects refer to is there with its keys, filled, without white space around the values",
  "kafka-password":
    "Both Secrets with the password of a Kafka user hold the same, and the user's name is the KafkaUser's",
  "config-map": "ConfigMaps that are referred to are there; the one of the semaphore holds a number from 1 on",
  "service-account": "The ServiceAccounts of pods and of the runs' executor are there",
  role: "Sensor, executor and `watch` may do with Workflows what they have to",
  "network-policy": "The pods of each part have a NetworkPolicy",
  settings: "What `serve`, `watch` and the runs are set to is valid, and agrees",
  images: "`serve` and `watch` are of one image, and the runs' images of the same version",
  deployment: "`serve` and `watch` are available; of a pod that is not, what holds it up",
  readiness: "`serve` and `watch` say themselves that they are ready, and what is wrong otherwise",
  "dead-letters": "No task message has become a dead letter since the pods of `serve` began",
  unanswered: "No request for a plan waits for longer than a task takes to begin and Codex may work",
  "event-bus": "The event bus is deployed, and its servers are ready",
  "event-source": "The EventSource is deployed and its pod ready; topic, group and bus are those of the others",
  sensor:
    "The Sensor is deployed and its pod ready; it makes Workflows of the WorkflowTemplate, with parameters that there are",
  "workflow-template": "Its parameters are the contract's: names, order, allowed values",
  retention:
    "Finished Workflows are kept for longer than the topic keeps messages: one that comes again must meet its Workflow",
  workflows: "No Workflow waits for something that nobody gives, and no pod of a run is kept from starting",
  "kafka-topic": "KafkaTopics are ready, and have the contract's settings",
  "kafka-user": "KafkaUsers are ready, with the rights that they need",
  "kafka-sign-in": "Each user signs in to Kafka with the password of its Secret",
  "kafka-access":
    "Asked as that user: each topic is there with a leader for all partitions, enough replicas in sync, and the right to write or read",
  "consumer-group": "The EventSource is in its consumer group, and not behind",
  model: "The provider takes the key of the mediators, and has the model. Credit shows only when the model is used",
  "same-account": "Both tokens are one account's: what the pipeline wrote is known by its account",
  webhook:
    "The repository has an active webhook for `/webhooks/github`, with JSON, a secret, `issues` and `issue_comment`",
  "webhook-deliveries": "Its deliveries of the last day arrived",
} as const;

const [github, ...aboutGitHub] = githubCheckIds;

/** The ids of all checks, in the order in which they are told. They are stable. */
export const doctorCheckIds = [
  ...(Object.keys(ofDeployment) as [keyof typeof ofDeployment, ...(keyof typeof ofDeployment)[]]),
  github,
  ...aboutGitHub,
] as const;
export type DoctorCheckId = keyof typeof ofDeployment | (typeof githubCheckIds)[number];

/** What the checks that only a deployment has look at, for the documentation. */
export const deploymentChecks: Readonly<Record<string, string>> = ofDeployment;
