import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGitHub } from "@froussard/simulators/github/start";
import { addServed, launchServe, serveSettings } from "./launch-serve.ts";

/** `froussard serve` as a process of its own, over the simulated GitHub and an embedded queue. */
export async function startServeProcess(more: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "froussard-serve-"));
  const github = await startGitHub();
  const repository = await addServed(github);
  const serve = await launchServe({
    ...serveSettings(github),
    FROUSSARD_QUEUE: join(folder, "queue.db"),
    ...more,
  });
  return {
    github,
    repository,
    ...serve,
    async stop() {
      serve.kill("SIGKILL");
      await serve.ended;
      await github.close();
      await rm(folder, { recursive: true });
    },
  };
}

export type ServeProcess = Awaited<ReturnType<typeof startServeProcess>>;
