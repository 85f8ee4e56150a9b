import { defineConfig } from "vitest/config";

/** The attack suite: each case asserts what the attacker would have gained. Real Codex, real git, one file at a time. */
export default defineConfig({
  test: {
    include: ["**/*.attack.test.ts"],
    exclude: ["**/node_modules/**"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
