import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readSettings } from "@froussard/infra/settings/read-settings";
import { folders, synthesize } from "@froussard/infra/synthesize";
import { parseAllDocuments } from "yaml";
import type { Cluster } from "../cluster/cluster.ts";
import { type Manifest, manifestList } from "../controllers/manifest.ts";
import { type BuiltImage, buildImages } from "../images/build-images.ts";
import { importImages } from "../images/import-images.ts";
import { reconcile } from "../kafka/operators.ts";
import { startBroker } from "../kafka/start-broker.ts";
import { controlClient } from "../simulated/control-client.ts";
import { startSimulated } from "../simulated/start-simulated.ts";
import { firstRepository, openaiKey } from "../simulated/world.ts";
import { installDeployTools } from "./deploy-tools.ts";
import { type Deployment, deploymentLayout, openDeployment, writePrivately } from "./deployment.ts";
import { e2eSettings } from "./e2e-settings.ts";
import { applyArguments } from "./out-of-sync.ts";
import { applySecrets, type DrawnSecrets, drawSecrets, secretManifests } from "./secrets.ts";
import { sync } from "./sync.ts";
import { untilPodsReady } from "./until-pods-ready.ts";

export interface DeployOptions {
  /** The cluster's folder, as `readCluster` takes it. */
  folder: string;
  report(line: string): void;
  /** @default built from this checkout, or taken from the cache */
  images?: readonly BuiltImage[];
}

const root = join(import.meta.dirname, "../../..");
const caConfigMap = "simulated-authority";

/**
 * Brings the pipeline onto a cluster that has the controllers and their kinds: our images, a broker, the simulated GitHub and
 * model, the Secrets, and then the synthesized manifests as Argo CD would apply them. Resolves when all of it is ready, and
 * GitHub's webhook is set up. A second time changes what has changed, and nothing else.
 * @throws Error that names what did not become healthy
 */
export async function deploy(cluster: Cluster, options: DeployOptions): Promise<Deployment> {
  const { folder, report } = options;
  const layout = deploymentLayout(folder);
  installDeployTools();
  const images = options.images ?? (await buildImages(root, report));
  await importImages(images, ["ctr", "--address", cluster.state.containerdSocket, "--namespace", "k8s.io"], report);
  const named = Object.fromEntries(images.map(({ use, reference }) => [use, reference]));
  const imageNames = { service: named["service"] ?? "", runner: named["runner"] ?? "", agent: named["agent"] ?? "" };

  const world = await startSimulated(cluster, layout.simulated);
  const openaiUrl = `${world.model}/v1`;
  report(`simulated GitHub at ${world.github}, model at ${openaiUrl}`);

  const input = e2eSettings({
    ...{ images: imageNames, githubApi: world.github, openai: openaiUrl, caConfigMap },
    apiServerCidrs: await apiServerCidrs(cluster),
  });
  const settings = readSettings(input);
  synthesize(input, layout.manifests);
  const manifests = readManifests(join(layout.manifests, folders.synced));
  const { namespaces } = settings;

  const drawn = await keptSecrets(layout.secrets);
  await applyNamespaces(cluster, manifests, namespaces.kafka);
  const given = { githubToken: world.githubToken, openaiKey };
  await applySecrets(cluster, secretManifests(settings, given, drawn, world.authority));

  const place = { namespace: namespaces.kafka, cluster: settings.kafka.cluster };
  const broker = await startBroker(cluster, place, layout.kafka);
  report(`Kafka answers at ${broker.host}:${broker.port}`);

  await sync(cluster, manifests, {
    report,
    whileWaiting: async ({ objects }) => {
      if (!objects.some(({ kind }) => kind.startsWith("Kafka"))) return;
      const faults = (await reconcile(cluster, place, broker)).filter(({ fault }) => fault !== undefined);
      if (faults.length > 0)
        throw new Error(faults.map(({ kind, name, fault }) => `${kind} ${name}: ${fault}`).join("\n"));
    },
  });
  await untilPodsReady(cluster, [namespaces.workflows, namespaces.service], report);

  const webhookUrl = `http://${await serviceAddress(cluster, namespaces.service, "froussard")}/webhooks/github`;
  const simulated = controlClient(world.control);
  const repository = `${firstRepository.owner}/${firstRepository.name}`;
  const hooks = await simulated.webhooks({ repository });
  if (!hooks.some(({ url }) => url === webhookUrl))
    await simulated.addWebhook({
      repository,
      url: webhookUrl,
      secret: drawn.webhook,
      events: ["issues", "issue_comment"],
    });

  const state = {
    ...{ control: world.control, githubUrl: world.github, openaiUrl, githubToken: world.githubToken, openaiKey },
    ...{ webhookUrl, webhookSecret: drawn.webhook, kafkaPasswords: drawn.kafka },
    kafka: { ...place, serviceAddress: broker.host },
    namespaces: { service: namespaces.service, workflows: namespaces.workflows, kafka: namespaces.kafka },
    ...{ manifests: layout.manifests, authority: world.authorityFile, images: imageNames },
  };
  writePrivately(layout.state, state);
  return openDeployment(cluster, state);
}

/** The addresses that `kubectl get service,endpoints kubernetes` tells, as docs/settings.md has people look them up. */
async function apiServerCidrs(cluster: Cluster): Promise<string[]> {
  const { spec } = await cluster.kubectlJson<{ spec: { clusterIP: string } }>(["get", "service", "kubernetes"]);
  const slices = await cluster.kubectlJson<{ items: { endpoints: { addresses: string[] }[] }[] }>([
    ...["get", "endpointslices", "--selector=kubernetes.io/service-name=kubernetes"],
  ]);
  const endpoints = slices.items.flatMap((slice) => slice.endpoints.flatMap(({ addresses }) => addresses));
  return [spec.clusterIP, ...new Set(endpoints)].map((address) => `${address}/32`);
}

async function serviceAddress(cluster: Cluster, namespace: string, name: string): Promise<string> {
  const { spec } = await cluster.kubectlJson<{ spec: { clusterIP: string } }>([
    ...["get", "service", name, `--namespace=${namespace}`],
  ]);
  return spec.clusterIP;
}

function readManifests(folder: string): Manifest[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), "utf8")))
    .map((document) => document.toJS() as Manifest);
}

/** Drawn at the first deployment, and kept for the next. */
async function keptSecrets(file: string): Promise<DrawnSecrets> {
  if (!existsSync(file)) writePrivately(file, drawSecrets());
  return JSON.parse(readFileSync(file, "utf8")) as DrawnSecrets;
}

/** Before anything is synced people create their Secrets, so the namespaces come first: ours, and that of the brokers. */
async function applyNamespaces(cluster: Cluster, manifests: readonly Manifest[], kafka: string): Promise<void> {
  const ours = manifests.filter(({ kind }) => kind === "Namespace");
  const brokers = { apiVersion: "v1", kind: "Namespace", metadata: { name: kafka } };
  await cluster.kubectl(applyArguments, { input: manifestList([...ours, brokers]) });
}
