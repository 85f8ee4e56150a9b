import { defineConfig } from "vitest/config";

const suite = (name: string, order: number, include: string[], exclude: string[] = [], maxWorkers = 1) => ({
  test: {
    ...{ name, root: import.meta.dirname, include, exclude: ["**/node_modules/**", ...exclude] },
    // One group after the other; within the first, two files at a time.
    ...{ sequence: { groupOrder: order }, fileParallelism: maxWorkers > 1, maxWorkers },
    ...{ testTimeout: 300_000, hookTimeout: 300_000 },
  },
});

/** What leaves the platform as it is: these files share it, and mostly wait for pods. */
const calm = ["manual-flow", "same-again", "hostile-texts", "lost-pods", "rights", "pod-security"].map(
  (name) => `e2e/platform/suite/${name}.cluster.test.ts`,
);

/**
 * The pipeline on the real platform: one cluster, which `npm run e2e` has brought up. No retry: a second visible comment or a
 * lost task may well show only once.
 */
export default defineConfig({
  test: {
    projects: [suite("calm", 0, calm, [], 2), suite("alone", 1, ["e2e/**/*.cluster.test.ts"], calm)],
  },
});
