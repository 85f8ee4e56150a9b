import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { documentation } from "../../../../scripts/docs/documentation.ts";
import { documentedCommands } from "../../../../scripts/docs/documented-commands.ts";
import { layKafkaTools } from "../../../../scripts/docs/testing/kafka-tools.ts";
import { runCommand } from "../../cluster/run-command.ts";
import type { Deployment } from "../../deploy/deployment.ts";

/** The user for people that the page about operations has them make. */
const observer = "observer";

/**
 * What the page's commands for watching the topic of tasks print: Kafka's own console consumer, as the page's own user, in
 * a group of its own, on this machine instead of in a pod with Kafka's tools.
 */
export async function watchTasks(deployment: Deployment, path: string): Promise<string> {
  const { cluster, broker, kafka } = deployment;
  const user = documentation()
    .flatMap(({ blocks }) => blocks)
    .find(({ text }) => text.includes("kind: KafkaUser") && text.includes(`name: ${observer}`));
  await cluster.kubectl(["apply", "--server-side", "--filename=-"], { input: user?.text ?? "" });
  const faults = (await deployment.reconcileKafka()).filter(({ fault }) => fault !== undefined);
  if (faults.length > 0) throw new Error(faults.map(({ name, fault }) => `${name}: ${fault}`).join("\n"));
  const login = await cluster.kubectl([
    ...["get", "secret", observer, `--namespace=${kafka.namespace}`],
    `--output=go-template={{index .data "sasl.jaas.config" | base64decode}}`,
  ]);
  const commands = documentedCommands("broker").find(({ id }) => id === "watch-tasks");
  const folder = mkdtempSync(join(tmpdir(), "froussard-kafka-cli-"));
  try {
    await layKafkaTools(folder);
    return await runCommand("bash", ["-euo", "pipefail", "-c", commands?.script ?? ""], {
      cwd: folder,
      env: { PATH: path, JAAS: login, BOOTSTRAP: `${broker.host}:${broker.port}` },
      timeoutMs: 120_000,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
