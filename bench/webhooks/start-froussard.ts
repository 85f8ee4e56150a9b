import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { kinds } from "./deliveries.ts";
import { type Subject, startServerSubject } from "./subject.ts";
import { subjectNames } from "./subject-names.ts";
import type { World } from "./world.ts";

const root = join(import.meta.dirname, "../..");
const dockerfile = join(root, "service/Dockerfile");

/** The one file that the image holds, made now. */
export async function bundleService(folder: string): Promise<string> {
  const script = join(root, "scripts/images/bundle.ts");
  await promisify(execFile)(process.execPath, [script, "service/main.ts", folder], { cwd: root });
  return join(folder, "main.mjs");
}

/** What Node.js gives its heap in the service's pod, by the 512 MiB that it may have. */
const podHeap = "--max-old-space-size=256";

/** Node's options in a Dockerfile's text. @throws Error when it starts something else */
export function nodeOptions(dockerfile: string): string[] {
  const entrypoint = /^ENTRYPOINT (\[.+\])$/m.exec(dockerfile)?.[1];
  const [node, ...others]: string[] = entrypoint === undefined ? [] : JSON.parse(entrypoint);
  const script = others.pop();
  if (!node?.endsWith("/node") || !script?.endsWith(".mjs")) throw new Error(`no ENTRYPOINT of Node.js: ${entrypoint}`);
  return others;
}

/** All of Node's options in the pod. */
export function imageOptions(): string[] {
  return [podHeap, ...nodeOptions(readFileSync(dockerfile, "utf8"))];
}

/** `froussard serve` as its image starts it in its pod, on the world's Kafka. `options` are Node's own. */
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
      arguments: [...imageOptions(), ...options, program, "serve"],
      environment: world.serviceEnvironment(port),
      logFile: world.file("froussard.log"),
    },
  );
}
