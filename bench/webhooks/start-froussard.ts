import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { kinds } from "./deliveries.ts";
import { type Subject, startServerSubject } from "./subject.ts";
import { subjectNames } from "./subject-names.ts";
import type { World } from "./world.ts";

const root = join(import.meta.dirname, "../..");

/** The one file that the image holds, made now. */
export async function bundleService(folder: string): Promise<string> {
  const script = join(root, "scripts/images/bundle.ts");
  await promisify(execFile)(process.execPath, [script, "service/main.ts", folder], { cwd: root });
  return join(folder, "main.mjs");
}

/** `froussard serve` as its image starts it, on the world's Kafka. `options` are Node's own. */
export function startFroussard(
  world: World,
  program: string,
  port: number,
  options: readonly string[] = [],
): Promise<Subject> {
  return startServerSubject(
    { name: subjectNames.froussard, kinds, url: `http://127.0.0.1:${port}/webhooks/github`, probe: world.probe() },
    {
      command: process.execPath,
      arguments: ["--enable-source-maps", ...options, program, "serve"],
      environment: world.serviceEnvironment(port),
      logFile: world.file("froussard.log"),
    },
  );
}
