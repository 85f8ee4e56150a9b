import type { IExternalSecret } from "@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecret";
import { Chart } from "cdk8s";
import type { Construct } from "constructs";
import { syncWave } from "../constructs/annotations.ts";
import { addManifest } from "../constructs/manifest.ts";
import { declaredSecrets } from "../secrets/declared-secrets.ts";
import type { Settings } from "../settings/schema.ts";
import { chartProps } from "./chart-props.ts";

export type SecretStore = Extract<Settings["externalSecrets"], { kind: "store" }>;

/**
 * Fetches the Secrets from a store. Keys that may be missing come with `dataFrom`, which takes what is there: asked for by
 * name, a missing one would fail the whole Secret.
 */
export class ExternalSecrets extends Chart {
  constructor(
    scope: Construct,
    id: string,
    settings: Settings,
    { store, storeKind, prefix, refreshInterval }: SecretStore,
  ) {
    super(scope, id, chartProps);
    for (const { namespace, name, keys } of declaredSecrets(settings).filter(({ isMadeElsewhere }) => !isMadeElsewhere))
      addManifest<IExternalSecret>(this, `${namespace}-${name}`, {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: { name, namespace, annotations: syncWave("secrets") },
        spec: {
          refreshInterval,
          secretStoreRef: { name: store, kind: storeKind },
          target: { name, creationPolicy: "Owner" },
          data: keys
            .filter(({ optional }) => !optional)
            .map(({ key }) => ({ secretKey: key, remoteRef: { key: `${prefix}${name}`, property: key } })),
          ...(keys.some(({ optional }) => optional) && { dataFrom: [{ extract: { key: `${prefix}${name}` } }] }),
        },
      });
  }
}
