import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brokerFiles } from "../../../service/testing/broker/broker-files.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { runCommand } from "../cluster/run-command.ts";
import { manifestList } from "../controllers/manifest.ts";
import { type BrokerControl, brokerControl } from "./broker-control.ts";
import { type BrokerPlace, bootstrapService, brokerManifest, serviceManifest } from "./broker-manifests.ts";
import { brokerProperties } from "./broker-settings.ts";

/** A real broker in a pod, where Strimzi would have one; a second time it is left as it is. Resolves when it answers. */
export async function startBroker(cluster: Cluster, place: BrokerPlace, folder: string): Promise<BrokerControl> {
  const files = await brokerFiles();
  const apply = (...items: object[]) =>
    cluster.kubectl(["apply", "--server-side", "--force-conflicts", "--filename=-"], { input: manifestList(items) });
  await apply(serviceManifest(place));
  const { spec } = await cluster.kubectlJson<{ spec: { clusterIP: string } }>([
    ...["get", "service", bootstrapService(place), `--namespace=${place.namespace}`],
  ]);
  const logFolder = join(folder, "log");
  const properties = join(folder, "server.properties");
  mkdirSync(folder, { recursive: true });
  if (!existsSync(logFolder)) cpSync(files.formatted, logFolder, { recursive: true });
  const bootstrapHost = `${bootstrapService(place)}.${place.namespace}.svc`;
  writeFileSync(properties, brokerProperties({ bootstrapHost, serviceAddress: spec.clusterIP, logFolder }));
  const java = await javaOfMachine();
  await apply(
    brokerManifest({
      ...place,
      command: [java.program, "-Xmx256m", ...files.java, "kafka.Kafka", properties],
      readOnly: [...java.folders, dirname(files.formatted)],
      folder,
    }),
  );
  const control = brokerControl(cluster, place, spec.clusterIP);
  await control.start();
  return control;
}

/** This machine's Java: its program, and the folders that it needs to run elsewhere. */
async function javaOfMachine(): Promise<{ program: string; folders: string[] }> {
  const program = realpathSync((await runCommand("sh", ["-c", "command -v java"])).trim());
  const settings = join(dirname(dirname(program)), "conf");
  const [linked] = readdirSync(settings).filter((name) => name.endsWith(".properties"));
  // Debian keeps Java's settings below /etc.
  const elsewhere = linked === undefined ? [] : [dirname(realpathSync(join(settings, linked)))];
  const libraries = ["/lib", "/lib64"].filter(existsSync);
  return { program, folders: ["/usr", ...libraries, ...elsewhere.filter((path) => !path.startsWith("/usr/"))] };
}
