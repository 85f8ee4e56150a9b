import { defineConfig } from "vitest/config";

const suite = (name: string, include: string[], retry: number) => ({
  test: {
    name,
    root: import.meta.dirname,
    include,
    exclude: ["**/node_modules/**"],
    fileParallelism: false,
    // Patience, not a measure: beside the platform's suite a whole pipeline may take minutes, also one that a hook begins with.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    retry,
  },
});

/**
 * The slow suites: whole pipelines as real processes. They share two cores, so one file runs at a time. A pipeline that was
 * too slow for a test's patience gets a second chance, and is shown as retried. The service's suites get none: what they look
 * for, a lost or repeated delivery among thousands, may well show only once.
 */
export default defineConfig({
  test: {
    fileParallelism: false,
    maxWorkers: 1,
    projects: [
      suite("service", ["service/**/*.e2e.test.ts"], 0),
      suite("pipeline", ["{local,runner,simulators,scripts,infra,bench,e2e}/**/*.e2e.test.ts"], 1),
    ],
  },
});
