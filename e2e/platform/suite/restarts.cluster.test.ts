import { afterAll, expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { isRunning } from "../cluster/process.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { wish } from "../simulated/wish.ts";
import { doIn, runningPart } from "./pipeline/run-pods.ts";
import { openStory } from "./pipeline/story.ts";
import { Turns } from "./pipeline/turns.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const { cluster, simulated, namespaces } = deployment;

const lose = (namespace: string, selector: string) => async () => {
  await cluster.kubectl([
    "delete",
    "pods",
    `--namespace=${namespace}`,
    `--selector=${selector}`,
    "--grace-period=0",
    "--force",
  ]);
};
const crash = (process: string) => async () => {
  await cluster.kill(process);
  await cluster.restart(process);
};

/** What fails, and how. */
const faults: Record<string, () => Promise<void>> = {
  "the Sensor": lose(namespaces.workflows, "sensor-name=github-codex"),
  "the EventSource": lose(namespaces.workflows, "eventsource-name=github-codex"),
  "the event bus (NATS)": lose(namespaces.workflows, "eventbus-name=codex"),
  "the workflow-controller": lose("argo", "app=workflow-controller"),
  "the API server": crash("kube-apiserver"),
  kubelet: crash("kubelet"),
  "the broker": () => deployment.broker.crash(),
  "every pod of the service": lose(namespaces.service, "app.kubernetes.io/part-of=froussard"),
};

const turns = new Turns();

/** Codex works until it is let go, or three minutes. */
const goAhead = "/tmp/go-ahead";
const hold = `for i in $(seq 360); do [ -e ${goAhead} ] && break; sleep 0.5; done`;

// Where a test's time was over in the middle of a fault.
afterAll(async () => {
  for (const process of cluster.state.processes) if (!isRunning(process)) await cluster.restart(process.name);
});

/**
 * Each strikes twice: while the task is on its way, and while Codex works. The stories overlap, so every fault meets every
 * other's run as well.
 */
test.concurrent.for(Object.keys(faults))(
  "%s is lost on the way and in the middle: one of everything",
  { timeout: 900_000 },
  async (name) => {
    const fail = faults[name] ?? expect.unreachable();
    const title = `${wish.title} (without ${name})`;
    await simulated.direct({ match: title, commands: ["sleep 5"] });
    const story = await turns.take(async () => {
      const opened = await openStory(deployment, { title, body: wish.body });
      await fail();
      return opened;
    });
    await story.plan();
    await story.expectOneOfEach("planning");
    await simulated.undirect({ match: title });
    await simulated.direct({ match: title, commands: [hold] });
    await story.approve();
    const worker = (limitMs: number) => runningPart(deployment, story, "agent", { stage: "implementation", limitMs });
    await worker(420_000);
    await turns.take(async () => {
      // Others may have had their turn first: it still works.
      const agent = await worker(10_000);
      await fail();
      await story.until("a word to the agent", () => doIn(deployment, agent, `touch ${goAhead} && echo done`));
    });
    await story.result();
    await story.expectOneOfEach("implementation");
  },
);
