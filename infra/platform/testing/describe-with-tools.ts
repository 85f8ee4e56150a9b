import { describe, inject } from "vitest";
import type { BuiltTools } from "./build-tools.ts";

type Tools = Exclude<BuiltTools, { missing: string }>;

/** `describe` for a suite that runs the platform's tools. Without Go it is left out, and `scripts/test.ts` lists it as not run. */
export function describeWithTools(name: string, suite: (tools: Tools) => void): void {
  const tools = inject("tools");
  if ("missing" in tools) describe.skip(`${name} [not run: ${tools.missing}]`, () => suite({} as Tools));
  else describe(name, () => suite(tools));
}
