import { describe } from "vitest";
import { missingTool, type Tool } from "./tools.ts";

/**
 * `describe` for a suite that needs tools. Where one is missing the suite is left out under a name that says how to
 * install it, which `npm test` repeats at its end. With `CI=true` nothing is left out: it runs, and fails.
 */
export function describeWith(tools: readonly Tool[], name: string, suite: () => void): void {
  const missing = process.env["CI"] === "true" ? undefined : missingTool(tools);
  if (missing === undefined) describe(name, suite);
  else describe.skip(`${name} [not run: ${missing}]`, suite);
}
