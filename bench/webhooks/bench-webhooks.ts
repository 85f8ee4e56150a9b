import { freePorts } from "froussard/testing/broker/free-ports";
import { type BuildOptions, buildTool } from "../../infra/platform/build-tool.ts";
import { argoEvents } from "../../infra/platform/go-tool.ts";
import { type Measurement, measure, type Plan } from "./measure.ts";
import { startEventSource } from "./start-event-source.ts";
import { startFloor } from "./start-floor.ts";
import { bundleService, startFroussard } from "./start-froussard.ts";
import { startOwnServer } from "./start-own-server.ts";
import { startProducer } from "./start-producer.ts";
import type { Subject } from "./subject.ts";
import { subjectNames } from "./subject-names.ts";
import { openWorld } from "./world.ts";

export interface WebhookBench {
  measurements: Measurement[];
  /** Why Argo Events' EventSource was not measured, when it was not. */
  notRun?: string;
}

/** Starts everything beside each other, measures it in turn, and ends it. `build` says where tools are built. */
export async function benchWebhooks(plan: Plan, build: BuildOptions): Promise<WebhookBench> {
  const { report } = build;
  report("starting a broker and what is measured on it");
  const world = await openWorld();
  const subjects: Subject[] = [];
  const [own = 0, ownServer = 0, floor = 0, eventSource = 0] = await freePorts(4);
  try {
    subjects.push(await startFroussard(world, await bundleService(world.file("image")), own));
    subjects.push(await startOwnServer(world, ownServer));
    subjects.push(await startFloor(world, floor));
    subjects.push(await startProducer(world, "library"));
    subjects.push(await startProducer(world, "publisher"));
    let notRun: string | undefined;
    try {
      subjects.push(await startEventSource(world, await buildTool(argoEvents, build), eventSource));
    } catch (error) {
      notRun = error instanceof Error ? error.message : String(error);
      report(`${subjectNames.eventSource} is not run: ${notRun}`);
    }
    const measurements = await measure(subjects, plan, world.cargo, report);
    return { measurements, ...(notRun !== undefined && { notRun }) };
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
    await world.close();
  }
}
