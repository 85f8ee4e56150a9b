import { join } from "node:path";
import { kinds } from "./deliveries.ts";
import { type Subject, startServerSubject } from "./subject.ts";
import { subjectNames } from "./subject-names.ts";
import type { World } from "./world.ts";

/** The least that a receiver can do, without Kafka. */
export function startFloor(world: World, port: number): Promise<Subject> {
  return startServerSubject(
    { name: subjectNames.floor, kinds, url: `http://127.0.0.1:${port}/`, probe: world.probe() },
    {
      command: process.execPath,
      arguments: [join(import.meta.dirname, "floor/main.ts")],
      environment: { PORT: String(port), GITHUB_WEBHOOK_SECRET: world.secret, NODE_ENV: "production" },
      logFile: world.file("floor.log"),
    },
  );
}
