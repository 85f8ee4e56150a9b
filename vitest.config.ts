import { defineConfig } from "vitest/config";

/** One project a package, so that `pnpm --filter <package> run test` runs that package alone. */
const project = (name: string) => ({
  test: {
    name,
    root: import.meta.dirname,
    include: [`${name}/**/*.test.ts`],
    exclude: ["**/node_modules/**", "**/sample-project/**", "**/*.{e2e,attack,platform,cluster}.test.ts"],
    testTimeout: 20_000,
  },
});

export default defineConfig({
  test: {
    // Vitest leaves one processor free; these tests wait for processes and timers of their own most of the time.
    maxWorkers: "100%",
    projects: [
      "contract",
      "github",
      "service",
      "runner",
      "local",
      "simulators",
      "infra",
      "bench",
      "e2e",
      "scripts",
    ].map(project),
  },
});
