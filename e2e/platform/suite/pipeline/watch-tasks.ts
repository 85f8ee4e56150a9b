import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { headers } from "@froussard/contract";
import { documentation } from "../../../../scripts/docs/documentation.ts";
import { documentedCommands } from "../../../../scripts/docs/documented-commands.ts";
import { layKafkaTools } from "../../../../scripts/docs/testing/kafka-tools.ts";
import { runCommand } from "../../cluster/run-command.ts";
import type { Deployment } from "../../deploy/deployment.ts";

/** The user for people that the page about operations has them make. */
const observer = "observer";

/** Makes the page's user for people. Answers its login, as its Secret has it. */
export async function admitObserver(deployment: Deployment): Promise<string> {
  const { cluster, kafka } = deployment;
  const user = documentation()
    .flatMap(({ blocks }) => blocks)
    .find(({ text }) => text.includes("kind: KafkaUser") && text.includes(`name: ${observer}`));
  await cluster.kubectl(["apply", "--server-side", "--filename=-"], { input: user?.text ?? "" });
  const faults = (await deployment.reconcileKafka()).filter(({ fault }) => fault !== undefined);
  if (faults.length > 0) throw new Error(faults.map(({ name, fault }) => `${name}: ${fault}`).join("\n"));
  return await cluster.kubectl([
    ...["get", "secret", observer, `--namespace=${kafka.namespace}`],
    `--output=go-template={{index .data "sasl.jaas.config" | base64decode}}`,
  ]);
}

/**
 * What the page's commands for watching the topic of tasks print, line by line: Kafka's own console consumer, with the login of
 * the page's own user, in a group of its own, on this machine instead of in a pod with Kafka's tools.
 * @throws Error with what it said when it showed no message: it ends with status 0 even if Kafka refused it
 */
export async function watchTasks({ broker }: Deployment, login: string, path: string): Promise<string[]> {
  const commands = documentedCommands("broker").find(({ id }) => id === "watch-tasks");
  const folder = mkdtempSync(join(tmpdir(), "froussard-kafka-cli-"));
  try {
    await layKafkaTools(folder);
    const shown = await runCommand("bash", ["-euo", "pipefail", "-c", `exec 2>&1\n${commands?.script}`], {
      cwd: folder,
      env: { PATH: path, JAAS: login, BOOTSTRAP: `${broker.host}:${broker.port}` },
      timeoutMs: 120_000,
    });
    if (!shown.includes(headers.taskId)) throw new Error(`the console consumer showed no task: ${shown}`);
    return shown.split("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
