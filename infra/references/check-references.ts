import type { DeclaredConfigMap } from "../secrets/declared-config-maps.ts";
import type { DeclaredSecret } from "../secrets/declared-secrets.ts";
import type { Manifest } from "../validate-manifest.ts";
import { accountFaults } from "./accounts.ts";
import { eventFaults } from "./events.ts";
import { kafkaFaults } from "./kafka.ts";
import { networkFaults } from "./network.ts";
import { objectsOf } from "./objects.ts";
import { rightFaults } from "./rights.ts";
import { externalSecretFaults, secretFaults, unusedSecretFaults } from "./secrets.ts";
import { workflowFaults } from "./workflow.ts";

/**
 * Every link between objects that leads nowhere, each named by both of its ends: accounts and what they may do, Secrets,
 * ConfigMaps, topics, groups and who may use them, event bus, events, dependencies, templates, parameters, Services and
 * their ports, pods that are selected. What a schema can not see.
 */
export function referenceFaults(
  manifests: readonly Manifest[],
  declared: readonly DeclaredSecret[],
  configMaps: readonly DeclaredConfigMap[],
): string[] {
  const objects = objectsOf(manifests);
  const checks = [accountFaults, rightFaults, kafkaFaults, eventFaults, workflowFaults, networkFaults];
  return [
    ...checks.flatMap((check) => check(objects)),
    ...secretFaults(objects, declared, configMaps),
    ...externalSecretFaults(objects, declared),
    ...unusedSecretFaults(objects, declared),
  ];
}
