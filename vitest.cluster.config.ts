import { defineConfig } from "vitest/config";

const suite = (name: string, order: number, include: string[], exclude: string[] = [], maxWorkers = 1) => ({
  test: {
    ...{ name, root: import.meta.dirname, include, exclude: ["**/node_modules/**", ...exclude] },
    // One group after the other, from 1 on, since vitest runs a group 0 of one worker last; within the calm one, some files at a time.
    ...{ sequence: { groupOrder: order }, fileParallelism: maxWorkers > 1, maxWorkers },
    ...{ testTimeout: 900_000, hookTimeout: 600_000, maxConcurrency: 8 },
  },
});

const file = (name: string) => `e2e/platform/${name}.cluster.test.ts`;

/** Looks at the platform as it was deployed, so before anything changes it. */
const first = ["deploy/deploy-again"].map(file);
/** What leaves the platform as it is: these files share it, and mostly wait for pods. */
const calm = [
  ...["suite/manual-flow", "suite/same-again", "suite/hostile-texts", "suite/lost-pods", "suite/agent-pod"],
  ...["suite/rights", "suite/final-end", "suite/pod-security", "suite/documented-commands"],
].map(file);
/** One that takes a right from the pipeline and mostly waits for what comes of it, and what needs neither pipeline nor time. */
const waiting = ["suite/no-right", "kafka/kafka-users", "cluster/cluster"].map(file);

/** Renews secrets, and whatever else the pages tell an operator to change. */
const last = ["suite/documented-changes"].map(file);

/**
 * The pipeline on the real platform: one cluster, which `npm run e2e` has brought up. No retry: a second visible comment or a
 * lost task may well show only once.
 */
export default defineConfig({
  test: {
    projects: [
      suite("first", 1, first),
      suite("calm", 2, calm, [], 4),
      suite("waiting", 3, waiting, [], 3),
      suite("alone", 4, ["e2e/**/*.cluster.test.ts"], [...first, ...calm, ...waiting, ...last]),
      suite("last", 5, last),
    ],
  },
});
