import { buildApp, buildApplication } from "../app.ts";
import { readSettings } from "../settings/read-settings.ts";
import type { Settings, SettingsInput } from "../settings/schema.ts";
import { settings as production } from "../settings.ts";
import type { Manifest } from "../validate-manifest.ts";

/** What must be set, as it is documented: not `infra/settings.ts`, which is everyone's own to change. */
const documented: SettingsInput = {
  approvers: ["gregkonush"],
  repositories: ["gregkonush/lab"],
  runs: { apiServerCidrs: ["10.96.0.1/32"] },
  argoCd: { repoUrl: "https://github.com/gregkonush/lab.git" },
};

/** For tests only: the documented settings with some of them changed. */
export function settingsWith(changes: Partial<SettingsInput> = {}): Settings {
  return readSettings({ ...documented, ...changes });
}

/** What `infra/settings.ts` says now. */
export const deployedSettings: Settings = readSettings(production);

/** Everything that is off or left out by default. */
export const everythingOn: Partial<SettingsInput> = {
  planSince: "2026-03-01T00:00:00Z",
  caConfigMap: "company-authorities",
  github: { apiUrl: "https://github.example.com:8443/api/v3", baseBranch: "trunk", hooks: ["gregkonush/lab=7"] },
  kafka: { tls: true },
  images: { pullSecrets: { service: ["registry"], workflows: ["registry", "mirror"] } },
  service: { deadLetterToken: true, otlpEndpoint: "http://collector.monitoring:4318", loop: { pointsPerHour: 3000 } },
  ingress: { kind: "ingress", host: "froussard.example.com", className: "traefik", tlsSecret: "froussard-tls" },
  codex: {
    webSearch: "cached",
    openaiUrl: "https://models.example.com/v1",
    prices: "input=1.25,cached=0.125,output=10,currency=USD",
  },
  runs: {
    apiServerCidrs: ["10.96.0.1/32", "fd00:1:2::/48"],
    egressHosts: ["packages.example.org", "*.example.com:8443"],
  },
  changes: { protectedPaths: ["default", "deploy/**"], maxFiles: 50, maxBytes: 1_000_000, commitChecks: "hold" },
  eventBus: { storageClass: "fast" },
  externalSecrets: { kind: "store", store: "vault" },
  monitoring: {
    ...{ serviceMonitor: true, alerts: true, labels: { release: "prometheus" } },
    dashboard: { enabled: true, folder: "Agents" },
  },
};

/** All objects of a deployment, as they are written. */
export function deployment(settings: Settings = settingsWith()): Manifest[] {
  const apps = [buildApp(settings, "unused"), buildApplication(settings, "unused")];
  return structuredClone(apps.flatMap(({ charts }) => charts.flatMap((chart) => chart.toJson() as Manifest[])));
}

/** The one object of this kind and name. */
export function object(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.filter(
    ({ kind: of, metadata }) => of === kind && (name === undefined || metadata?.name === name),
  );
  const [first, ...more] = found;
  if (!first || more.length > 0) throw new Error(`${found.length} objects are a ${kind} ${name ?? ""}`);
  return first;
}
