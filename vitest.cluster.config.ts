import { defineConfig } from "vitest/config";

/**
 * The pipeline on the real platform: one cluster, which `npm run e2e` has brought up, so one file at a time. No retry: a second
 * visible comment or a lost task may well show only once.
 */
export default defineConfig({
  test: {
    include: ["e2e/**/*.cluster.test.ts"],
    exclude: ["**/node_modules/**"],
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
