/** A Go module at one version; `sum` is the checksum that `go.sum` files carry for it. */
export interface GoModule {
  readonly module: string;
  readonly version: `v${string}`;
  readonly sum: `h1:${string}`;
}

/** An npm package; its version is the one in infra/package.json, and the lock file carries its checksum. */
export interface NpmPackage {
  readonly package: string;
}

/**
 * Where every schema in crds/ comes from: the only list of their versions. After a change run `pnpm run imports`.
 *
 * Where several versions are in use, the oldest one supported is taken: what it accepts, later ones accept too.
 */
export const sources = {
  kubernetes: {
    module: "k8s.io/kubernetes",
    version: "v1.30.14",
    sum: "h1:MrlKXh9uhLIJpyxOeXhcndzRVSvwiV9iJ8NgH8nqPsg=",
  },
  argoEvents: {
    module: "github.com/argoproj/argo-events",
    version: "v1.9.11",
    sum: "h1:lDRu5E8ReFN1RJxGIibNOHuNEIPwzGleEkP3DZDNN2s=",
  },
  argoWorkflows: {
    module: "github.com/argoproj/argo-workflows/v3",
    version: "v3.7.18",
    sum: "h1:B8v2GIBCqUATiqrI3NaLGDplT2Id18bIruebwSXkFZI=",
  },
  argoWorkflows4: {
    module: "github.com/argoproj/argo-workflows/v4",
    version: "v4.0.5",
    sum: "h1:/1lru5oXUd+k6KEDUps6rLX5OKfi1jTfabgXTly/VFU=",
  },
  argoCd: {
    module: "github.com/argoproj/argo-cd/v3",
    version: "v3.2.0",
    sum: "h1:m2eGAV+nXQGgzZbH5SyJD5laaPW27mzWXBrgisUHY/0=",
  },
  externalSecrets: {
    module: "github.com/external-secrets/external-secrets",
    version: "v0.20.4",
    sum: "h1:HhNAjWfFEshhItphr28SGsHzf2bUP7uDAOVLg76uNAg=",
  },
  prometheusOperator: {
    module: "github.com/prometheus-operator/prometheus-operator",
    version: "v0.85.0",
    sum: "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
  },
  gatewayApi: {
    module: "sigs.k8s.io/gateway-api",
    version: "v1.4.1",
    sum: "h1:NPxFutNkKNa8UfLd2CMlEuhIPMQgDQ6DXNKG9sHbJU8=",
  },
  // Release 1.0.1 of the package is made from the CRDs of Strimzi 1.0.0.
  strimzi: { package: "@kubernetes-models/strimzi-kafka-operator" },
} as const satisfies Record<string, GoModule | NpmPackage>;

export type SourceName = keyof typeof sources;
