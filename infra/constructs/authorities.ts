import type { Variables } from "./environment.ts";

/** Key of the ConfigMap, as cert-manager's trust-manager and most people call it. */
export const authoritiesKey = "ca.crt";
const volume = "authorities";
const folder = "/etc/authorities";

/** Makes a program trust the authorities of this ConfigMap besides the public ones; Node.js reads the file at its start. */
export function authorityVariables(configMap: string | undefined): Variables {
  return { NODE_EXTRA_CA_CERTS: configMap && `${folder}/${authoritiesKey}` };
}

/** The pod's volume for them. */
export function authorityVolumes(configMap: string | undefined) {
  return configMap === undefined
    ? []
    : [{ name: volume, configMap: { name: configMap, items: [{ key: authoritiesKey, path: authoritiesKey }] } }];
}

/** Where a container sees it. */
export function authorityMounts(configMap: string | undefined) {
  return configMap === undefined ? [] : [{ name: volume, mountPath: folder, readOnly: true }];
}
