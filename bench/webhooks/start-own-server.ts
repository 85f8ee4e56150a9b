import { join } from "node:path";
import { kinds } from "./deliveries.ts";
import { imageOptions } from "./start-froussard.ts";
import { type Subject, startServerSubject } from "./subject.ts";
import { subjectNames } from "./subject-names.ts";
import type { World } from "./world.ts";

/** The service's server as far as HMAC and parsing, under the same Node options. */
export function startOwnServer(world: World, port: number): Promise<Subject> {
  return startServerSubject(
    { name: subjectNames.ownServer, kinds, url: `http://127.0.0.1:${port}/`, probe: world.probe() },
    {
      command: process.execPath,
      arguments: [...imageOptions(), join(import.meta.dirname, "own-server/main.ts")],
      environment: { PORT: String(port), GITHUB_WEBHOOK_SECRET: world.secret, NODE_ENV: "production" },
      logFile: world.file("own-server.log"),
    },
  );
}
