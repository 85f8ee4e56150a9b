import type { Kind } from "./cluster-reader.ts";
import * as objects from "./objects.ts";

const core = "api/v1";
const argo = "apis/argoproj.io/v1alpha1";
const strimzi = "apis/kafka.strimzi.io/v1";
const rbac = "apis/rbac.authorization.k8s.io/v1";

const kind = <T>(api: string, plural: string, schema: Kind<T>["schema"]): Kind<T> => ({ api, plural, schema });

/** Everything that is looked at; also what a pod that looks needs to be allowed. */
export const kinds = {
  deployments: kind("apis/apps/v1", "deployments", objects.deployment),
  pods: kind(core, "pods", objects.pod),
  secrets: kind(core, "secrets", objects.secret),
  configMaps: kind(core, "configmaps", objects.configMap),
  serviceAccounts: kind(core, "serviceaccounts", objects.serviceAccount),
  roles: kind(rbac, "roles", objects.role),
  roleBindings: kind(rbac, "rolebindings", objects.roleBinding),
  networkPolicies: kind("apis/networking.k8s.io/v1", "networkpolicies", objects.networkPolicy),
  eventBuses: kind(argo, "eventbus", objects.eventBus),
  eventSources: kind(argo, "eventsources", objects.eventSource),
  sensors: kind(argo, "sensors", objects.sensor),
  workflowTemplates: kind(argo, "workflowtemplates", objects.workflowTemplate),
  workflows: kind(argo, "workflows", objects.workflow),
  kafkaTopics: kind(strimzi, "kafkatopics", objects.kafkaTopic),
  kafkaUsers: kind(strimzi, "kafkausers", objects.kafkaUser),
} as const;

/** The groups that other installations bring, and what of them is needed. */
export const installed = [
  { api: argo, by: "Argo Events", plurals: ["eventbus", "eventsources", "sensors"] },
  { api: argo, by: "Argo Workflows", plurals: ["workflows", "workflowtemplates", "workflowtaskresults"] },
  { api: strimzi, by: "Strimzi", plurals: ["kafkatopics", "kafkausers"] },
] as const;
