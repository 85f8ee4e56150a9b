import * as z from "zod";

/** Where the time of a stage goes, in the order in which it passes. */
export const hops = [
  "GitHub to Workflow (webhook or look, Kafka, bus, Sensor)",
  "to the mediator's pod (controller)",
  "to the mediator at work (pod start)",
  "to the agent's pod (readiness, controller's requeue)",
  "to the agent at work (pod start)",
  "to the model's first request (working copy, sandbox, Codex's start)",
  "to the model's last request (Codex)",
  "to the result on GitHub (publishing)",
] as const;
export type Hop = (typeof hops)[number];

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** As far as is read here. */
export const podSchema = z.object({
  metadata: z.object({ creationTimestamp: time, labels: z.record(z.string(), z.string()).default({}) }),
  status: z.object({
    containerStatuses: z
      .array(
        z.object({
          name: z.string(),
          state: z.object({
            running: z.object({ startedAt: time }).optional(),
            terminated: z.object({ startedAt: time }).optional(),
          }),
        }),
      )
      .default([]),
  }),
});
export type Pod = z.output<typeof podSchema>;

export interface StageFacts {
  /** When people did what started it, when its Workflow was made, and when they saw its result. Milliseconds since 1970. */
  asked: number;
  created: number;
  shown: number;
  pods: readonly Pod[];
  /** Times of the model's requests, rising. */
  requests: readonly number[];
}

/** Milliseconds of each hop; Kubernetes tells whole seconds. @throws Error when a part of the run is missing */
export function hopsOf({ asked, created, shown, pods, requests }: StageFacts): Record<Hop, number> {
  const [mediator, agent] = ["mediator", "agent"].map((part) => partOf(pods, part));
  const [first, last] = [requests[0], requests.at(-1)];
  if (!mediator || !agent || first === undefined || last === undefined)
    throw new Error("a run without mediator, agent or request to the model");
  const marks = [asked, created, mediator.created, mediator.started, agent.created, agent.started, first, last, shown];
  return Object.fromEntries(hops.map((hop, at) => [hop, (marks[at + 1] ?? 0) - (marks[at] ?? 0)])) as Record<
    Hop,
    number
  >;
}

function partOf(pods: readonly Pod[], part: string): { created: number; started: number } | undefined {
  const pod = pods.find(({ metadata }) => metadata.labels["app.kubernetes.io/component"] === part);
  const main = pod?.status.containerStatuses.find(({ name }) => name === "main")?.state;
  const started = main?.terminated?.startedAt ?? main?.running?.startedAt;
  return pod && started !== undefined ? { created: pod.metadata.creationTimestamp, started } : undefined;
}
