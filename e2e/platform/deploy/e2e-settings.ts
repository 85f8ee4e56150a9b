import type { SettingsInput } from "@froussard/infra/settings/schema";
import { people } from "../simulated/world.ts";

export interface PlatformFacts {
  images: { service: string; runner: string; agent: string };
  githubApi: string;
  /** Base address of the model's API, `/v1` included. */
  openai: string;
  /** Of the API server: its Service and its endpoint. */
  apiServerCidrs: readonly string[];
  caConfigMap: string;
}

/** Two processors have to do for everything at once: little is set aside, and all may be used. */
const shared = (memory: string) => ({ cpu: "2", cpuRequest: "20m", memory });

/**
 * The settings of the platform's own deployment: the defaults, but for what a single node asks for, and for where the
 * simulated GitHub and model are.
 */
export function e2eSettings({ images, githubApi, openai, apiServerCidrs, caConfigMap }: PlatformFacts): SettingsInput {
  return {
    approvers: [people.maintainer],
    repositories: [`${people.maintainer}/*`],
    caConfigMap,
    github: { apiUrl: githubApi },
    images,
    kafka: { cluster: "kafka" },
    service: { replicas: 2, serve: shared("256Mi"), watch: shared("256Mi") },
    codex: { openaiUrl: openai, deadlineMinutes: 10, idleMinutes: 5, runsPerDay: 1000 },
    runs: {
      apiServerCidrs: [...apiServerCidrs],
      concurrency: 12,
      ...{ mediator: shared("512Mi"), agent: shared("1Gi"), report: shared("256Mi"), executor: shared("128Mi") },
      workspace: "1Gi",
    },
    eventBus: {
      ...{ replicas: 1, volumeGi: 4, server: shared("256Mi"), sidecar: shared("64Mi") },
      ...{ eventSource: shared("256Mi"), sensor: shared("256Mi") },
    },
    argoCd: { repoUrl: "https://github.example.org/gregkonush/lab.git" },
  };
}
