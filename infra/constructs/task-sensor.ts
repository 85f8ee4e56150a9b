import { Sensor, type SensorSpecTriggers } from "@froussard/imports/argo-events";
import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { syncWave } from "./annotations.ts";
import type { SecretKey } from "./environment.ts";
import { Grant } from "./grant.ts";
import { components, labelsOf, selectorOf } from "./labels.ts";
import { restrictedContainer, restrictedPod } from "./pod-security.ts";
import { type ResourceProps, resources } from "./resources.ts";
import { deadLetterMapping, taskMapping, workflowOf } from "./task-mapping.ts";
import { movesSoon } from "./tolerations.ts";

export interface TaskSensorProps {
  name: string;
  namespace: string;
  /** Name of the EventBus. */
  eventBus: string;
  eventSource: string;
  event: string;
  /** Where it hands over a message that became no Workflow. */
  deadLettersUrl: string;
  resources: ResourceProps;
  /** What it shows there, as the whole `Authorization` header. @default - nothing */
  deadLettersToken?: SecretKey;
}

/** Its consumer on the bus is called after it: with another name, what lies there unread is lost. */
const dependency = "task";

/**
 * Makes one Workflow of each task, named by the task's id: a message that comes again patches the Workflow that is there.
 * No data filter, since what a filter drops is gone; what can not be made a Workflow after its retries is handed to the
 * service, which counts it.
 */
export class TaskSensor extends Construct {
  constructor(scope: Construct, id: string, props: TaskSensorProps) {
    super(scope, id);
    const { name, namespace } = props;
    const account = { name: `${name}-sensor`, namespace };
    new k8s.KubeServiceAccount(this, "account", { metadata: account });
    new Grant(this, "workflows", {
      name: account.name,
      namespace,
      serviceAccount: account,
      apiGroup: "argoproj.io",
      resource: "workflows",
      // All that "patch it, or create it when it is not there" needs.
      verbs: ["get", "create", "patch"],
    });
    new Sensor(this, "sensor", {
      metadata: { name, namespace, labels: labelsOf(components.sensor), annotations: syncWave("sensor") },
      spec: {
        eventBusName: props.eventBus,
        replicas: 1,
        template: {
          metadata: { labels: selectorOf(components.sensor) },
          serviceAccountName: account.name,
          securityContext: restrictedPod(),
          container: {
            resources: resources(props.resources),
            securityContext: restrictedContainer(),
          },
          tolerations: movesSoon(),
        },
        dependencies: [{ name: dependency, eventSourceName: props.eventSource, eventName: props.event }],
        triggers: [workflowTrigger(props)],
      },
    });
  }
}

/** A trigger whose failures go to another one; the generated type leaves out what nests into itself. */
type TriggerWithDeadLetters = SensorSpecTriggers & { readonly dlqTrigger: SensorSpecTriggers };

function workflowTrigger({ namespace, deadLettersUrl, deadLettersToken }: TaskSensorProps): TriggerWithDeadLetters {
  return {
    template: {
      name: "workflow",
      conditions: dependency,
      k8s: {
        operation: "patch",
        source: { resource: workflowOf(namespace) },
        parameters: taskMapping(dependency),
      },
    },
    // Without it a failure is only logged, and neither retried nor handed over.
    atLeastOnce: true,
    // About two minutes in all, in which every later task waits; what takes longer is published again by `watch`.
    retryStrategy: { steps: 7, duration: "2s", factor: 2, jitter: 0.1 },
    dlqTrigger: {
      template: {
        name: "dead-letter",
        http: {
          url: deadLettersUrl,
          // None, as Argo Events' controller writes it back: without it the Sensor would be out of sync from then on.
          host: "",
          method: "POST",
          timeout: 10,
          payload: deadLetterMapping(dependency),
          headers: { "Content-Type": "application/json" },
          ...(deadLettersToken && {
            secureHeaders: [{ name: "Authorization", valueFrom: { secretKeyRef: deadLettersToken } }],
          }),
        },
      },
      atLeastOnce: true,
      // Without it every answer would count as success.
      policy: { status: { allow: [200] } },
      retryStrategy: { steps: 6, duration: "2s", factor: 2, jitter: 0.1 },
    },
  };
}
