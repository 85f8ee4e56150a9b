import { App, YamlOutputType } from "cdk8s";
import { Application } from "./charts/application.ts";
import { Events } from "./charts/events.ts";
import { ExternalSecrets } from "./charts/external-secrets.ts";
import { Kafka } from "./charts/kafka.ts";
import { Monitoring } from "./charts/monitoring.ts";
import { Namespaces } from "./charts/namespaces.ts";
import { Runs } from "./charts/runs.ts";
import { Service } from "./charts/service.ts";
import type { Settings } from "./settings/schema.ts";

/** One file a chart, named after it; nothing comes from the environment. */
const app = (outdir: string) =>
  new App({ outdir, outputFileExtension: ".yaml", yamlOutputType: YamlOutputType.FILE_PER_CHART });

/** Everything that Argo CD syncs. Charts do not depend on each other: sync waves order their objects. */
export function buildApp(settings: Settings, outdir: string): App {
  const synced = app(outdir);
  new Namespaces(synced, "namespaces", settings);
  if (settings.externalSecrets.kind === "store")
    new ExternalSecrets(synced, "external-secrets", settings, settings.externalSecrets);
  new Kafka(synced, "kafka", settings);
  new Events(synced, "events", settings);
  new Runs(synced, "runs", settings);
  new Service(synced, "service", settings);
  if (Monitoring.isWanted(settings)) new Monitoring(synced, "monitoring", settings);
  return synced;
}

/** What makes Argo CD sync it, which is applied by hand, once. */
export function buildApplication(settings: Settings, outdir: string): App {
  const outside = app(outdir);
  new Application(outside, "application", settings);
  return outside;
}
