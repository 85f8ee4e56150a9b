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

/** Small: two processors and one machine have to do for everything at once. */
const small = { cpu: "100m", memory: "256Mi" };

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
    service: { replicas: 2, serve: small, watch: small },
    codex: { openaiUrl: openai, deadlineMinutes: 10, idleMinutes: 5, runsPerDay: 1000 },
    runs: {
      apiServerCidrs: [...apiServerCidrs],
      concurrency: 4,
      mediator: { cpu: "250m", memory: "512Mi" },
      agent: { cpu: "500m", memory: "1Gi" },
      workspace: "1Gi",
    },
    eventBus: { replicas: 1, volumeGi: 4 },
    argoCd: { repoUrl: "https://github.example.org/gregkonush/lab.git" },
  };
}
