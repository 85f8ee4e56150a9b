import { expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { deploy } from "./deploy.ts";
import { readDeployment } from "./deployment.ts";

const folder = platformFolder(cacheFolder(process.env));
const deployment = readDeployment(folder);
const { cluster, namespaces } = deployment;

interface Item {
  kind: string;
  metadata: { name: string; namespace: string; uid: string; generation?: number; resourceVersion: string };
}

const kinds = [
  ...[
    "deployments",
    "services",
    "configmaps",
    "secrets",
    "serviceaccounts",
    "roles",
    "rolebindings",
    "networkpolicies",
  ],
  ...["poddisruptionbudgets", "kafkatopics", "kafkausers", "eventbus", "eventsources", "sensors", "workflowtemplates"],
];

/** What every object is like; where only its status may change by itself, its generation tells, else its version. */
async function everything(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const namespace of Object.values(namespaces)) {
    const { items } = await cluster.kubectlJson<{ items: Item[] }>([
      ...["get", kinds.join(","), `--namespace=${namespace}`],
    ]);
    for (const { kind, metadata } of items) {
      const { name, uid, generation, resourceVersion } = metadata;
      found.set(`${kind} ${namespace}/${name}`, JSON.stringify([uid, generation ?? resourceVersion]));
    }
  }
  return found;
}

test("a second deployment of the same changes no object, and starts no pod", async () => {
  const pods = () =>
    cluster.kubectl([
      ...["get", "pods", "--all-namespaces", "--selector=!workflows.argoproj.io/workflow"],
      ...["--field-selector=status.phase=Running", "--output=jsonpath={.items[*].metadata.uid}"],
    ]);
  const before = { objects: await everything(), pods: await pods() };
  const lines: string[] = [];
  const images = (["service", "runner", "agent"] as const).map((use) => ({
    ...{ use, reference: deployment.images[use], archive: "" },
  }));
  await deploy(cluster, { folder, images, report: (line) => lines.push(line) });
  expect(lines.filter((line) => line.startsWith("importing"))).toEqual([]);
  expect(await everything()).toEqual(before.objects);
  expect(await pods()).toBe(before.pods);
});
