import { defineConfig } from "vitest/config";

/** Checks of dist/ with the platform's own code. Its tools are built first, which takes minutes where nothing is yet. */
export default defineConfig({
  test: {
    include: ["{infra,scripts}/**/*.platform.test.ts"],
    exclude: ["**/node_modules/**"],
    globalSetup: "infra/platform/testing/build-tools.ts",
    testTimeout: 60_000,
    hookTimeout: 90_000,
  },
});
