import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "froussard/testing/cache-folder";

const pom = join(import.meta.dirname, "pom.xml");

/** Kafka's own tools, by the names of the scripts in its distribution; each starts the class that the script starts. */
const tools = {
  "kafka-console-consumer.sh": "org.apache.kafka.tools.consumer.ConsoleConsumer",
  "kafka-consumer-groups.sh": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
} as const;

/**
 * Puts Kafka's tools into `bin/` of a folder, as they lie in its images. Their jars come from Maven Central into the cache, on
 * first use.
 */
export async function layKafkaTools(folder: string): Promise<void> {
  const jars = await toolJars();
  mkdirSync(join(folder, "bin"));
  for (const [script, mainClass] of Object.entries(tools))
    writeFileSync(join(folder, "bin", script), `#!/bin/sh\nexec java -cp '${jars}/*' ${mainClass} "$@"\n`, {
      mode: 0o755,
    });
}

async function toolJars(): Promise<string> {
  const all = join(cacheFolder, "kafka-tools");
  const folder = join(all, createHash("sha256").update(readFileSync(pom)).digest("hex").slice(0, 16));
  if (existsSync(folder)) return folder;
  mkdirSync(all, { recursive: true });
  const fresh = mkdtempSync(join(all, "new-"));
  try {
    const copy = ["-q", "-B", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${fresh}`];
    await promisify(execFile)("mvn", copy, { timeout: 300_000 });
    // Two first uses at once: the second one's move finds the folder taken.
    if (!existsSync(folder)) renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}
