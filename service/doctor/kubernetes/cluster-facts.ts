import type { Namespaces } from "../deployed-names.ts";
import type * as o from "./objects.ts";
import type { Reading } from "./reading.ts";
import type { Referred } from "./referred-objects.ts";
import type { SecretNeed } from "./secret-needs.ts";

/** What the API server tells of a deployment. */
export interface ClusterFacts {
  namespaces: Namespaces;
  /** When it was looked. Milliseconds. */
  at: number;
  version: Reading<{ gitVersion: string }>;
  /** Kinds that are served, by the API's path. */
  served: ReadonlyMap<string, Reading<readonly string[]>>;
  serve: Reading<o.Deployment>;
  watch: Reading<o.Deployment>;
  servicePods: Reading<o.Pod[]>;
  workflowPods: Reading<o.Pod[]>;
  eventBus: Reading<o.EventBus>;
  eventSource: Reading<o.EventSource>;
  sensor: Reading<o.Sensor>;
  template: Reading<o.WorkflowTemplate>;
  /** Those that have not finished. */
  workflows: Reading<o.Workflow[]>;
  roles: Reading<o.Role[]>;
  roleBindings: Reading<o.RoleBinding[]>;
  servicePolicies: Reading<o.NetworkPolicy[]>;
  workflowPolicies: Reading<o.NetworkPolicy[]>;
  topics: Reading<o.KafkaTopic[]>;
  users: Reading<o.KafkaUser[]>;
  /** What the objects above need of Secrets, and these by `namespace/name`. */
  needs: readonly SecretNeed[];
  secrets: ReadonlyMap<string, Reading<o.Secret>>;
  referred: Referred;
  configMaps: ReadonlyMap<string, Reading<o.ConfigMap>>;
  serviceAccounts: ReadonlyMap<string, Reading<unknown>>;
}
