import { defineConfig } from "vitest/config";

/** The slow suites: whole pipelines as real processes. They share two cores, so one file runs at a time. */
export default defineConfig({
  test: {
    include: ["**/*.e2e.test.ts"],
    exclude: ["**/node_modules/**"],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
