import { defineConfig } from "vitest/config";

/**
 * The attack suite: each case asserts what the attacker would have gained. Real Codex, real git, one file at a time. A case
 * whose pipeline was too slow for its patience gets a second chance, and is shown as retried.
 */
export default defineConfig({
  test: {
    include: ["**/*.attack.test.ts"],
    exclude: ["**/node_modules/**"],
    fileParallelism: false,
    // Patience, not a measure: beside the platform's suite a whole pipeline may take minutes, also one that a hook begins with.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    retry: 1,
  },
});
