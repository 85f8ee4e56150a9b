import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { documentation } from "../../../../scripts/docs/documentation.ts";
import { brokerFiles } from "../../../../service/testing/broker/broker-files.ts";
import { runCommand } from "../../cluster/run-command.ts";
import type { Deployment } from "../../deploy/deployment.ts";

/** The user for people that the page about operations has them make. */
const observer = "observer";

/**
 * What Kafka's own console consumer prints of a topic, with keys and headers, read by the documented user for people, in a
 * group of its own.
 */
export async function consoleConsumer(deployment: Deployment, topic: string): Promise<string> {
  const { cluster, broker, kafka } = deployment;
  const user = documentation()
    .flatMap(({ blocks }) => blocks)
    .find(({ text }) => text.includes("kind: KafkaUser") && text.includes(`name: ${observer}`));
  await cluster.kubectl(["apply", "--server-side", "--filename=-"], { input: user?.text ?? "" });
  const faults = (await deployment.reconcileKafka()).filter(({ fault }) => fault !== undefined);
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  const secret = ["get", "secret", observer, `--namespace=${kafka.namespace}`];
  const login = await cluster.kubectl([
    ...secret,
    `--output=go-template={{index .data "sasl.jaas.config" | base64decode}}`,
  ]);
  const folder = mkdtempSync(join(tmpdir(), "froussard-consumer-"));
  try {
    const properties = join(folder, "client.properties");
    const lines = ["security.protocol=SASL_PLAINTEXT", "sasl.mechanism=SCRAM-SHA-512", `sasl.jaas.config=${login}`];
    writeFileSync(properties, `${lines.join("\n")}\n`, { mode: 0o600 });
    return await runCommand("java", [
      ...(await brokerFiles()).java,
      "org.apache.kafka.tools.consumer.ConsoleConsumer",
      ...["--bootstrap-server", `${broker.host}:${broker.port}`, "--command-config", properties],
      ...["--topic", topic, "--group", observer, "--from-beginning", "--timeout-ms", "8000"],
      ...["--formatter-property", "print.key=true", "--formatter-property", "print.headers=true"],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
