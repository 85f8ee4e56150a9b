import { headers, taskKey, topics } from "@froussard/contract";
import type { GoldenMessage } from "../testing/golden-messages.ts";
import type { Manifest } from "../validate-manifest.ts";
import { type ManifestFile, onlyManifest } from "./manifest-file.ts";
import { askTool } from "./run-tool.ts";

/** A Workflow as Argo Events makes it of a message. */
export interface LaunchedWorkflow extends Manifest {
  metadata: { name: string; namespace: string; annotations?: Readonly<Record<string, string>> };
  spec: { arguments: { parameters: { name: string; value: string }[] } };
}

/** What one trigger made of one message, delivered twice. */
export interface Launch {
  record: string;
  trigger: string;
  /** Why the trigger failed, after which its dead letter is sent. */
  error?: string;
  object?: LaunchedWorkflow;
  /** What was asked of the API server. */
  requests?: string[];
  deadLetter?: unknown;
  /** Size of the event on the bus. */
  busBytes: number;
}

export interface LaunchReport {
  /** What Argo Events refuses about EventBus, EventSource and Sensor. */
  problems: string[];
  launches: Launch[];
}

/** A message on the topic of tasks; golden ones and others. */
export type Message = Pick<GoldenMessage, "name" | "json">;

/** The EventBus versions that Argo Events 1.9.11 knows as installed, without `latest`, which moves with it. */
export const jetStreamVersions = [
  "2.8.1",
  "2.8.1-alpine",
  "2.8.2",
  "2.8.2-alpine",
  "2.9.1",
  "2.9.12",
  "2.9.16",
  "2.10.29",
];

/** Plays messages through Argo Events' own code, with the synthesized EventBus, EventSource and Sensor. */
export function launchTasks(
  sensorCheck: string,
  files: readonly ManifestFile[],
  messages: readonly Message[],
): LaunchReport {
  const text = (kind: string) => JSON.stringify(onlyManifest(files, kind));
  return askTool<LaunchReport>(sensorCheck, {
    eventBus: text("EventBus"),
    eventSource: text("EventSource"),
    sensor: text("Sensor"),
    jetStreamVersions,
    records: messages.map(({ name, json }, offset) => ({
      name,
      topic: topics.codexTasks,
      key: taskKey("gregkonush/lab", 12),
      partition: 0,
      offset,
      headers: { [headers.event]: "issues", [headers.taskStage]: "planning" },
      value: json,
    })),
  });
}
