import { authoritiesKey } from "../constructs/authorities.ts";
import type { Settings } from "../settings/schema.ts";

/** A ConfigMap that people create. */
export interface DeclaredConfigMap {
  namespace: string;
  name: string;
  key: string;
}

/** Every ConfigMap that these settings refer to and that is not synthesized. */
export function declaredConfigMaps({ caConfigMap, namespaces }: Settings): DeclaredConfigMap[] {
  if (caConfigMap === undefined) return [];
  return [namespaces.service, namespaces.workflows].map((namespace) => ({
    ...{ namespace, name: caConfigMap, key: authoritiesKey },
  }));
}
