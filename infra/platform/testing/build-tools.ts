import type { TestProject } from "vitest/node";
import { buildTool, missingGo } from "../build-tool.ts";
import { cacheFolder } from "../cache-folder.ts";
import { goTools } from "../go-tool.ts";

/** The programs' paths by their names in {@link goTools}, or why they could not be built here. */
export type BuiltTools = { [Name in keyof typeof goTools]: string } | { missing: string };

declare module "vitest" {
  interface ProvidedContext {
    tools: BuiltTools;
  }
}

/** Builds the tools before any test, so that no test waits for it. Without Go, tests are left out, or fail with `CI=true`. */
export default async function buildTools(project: TestProject): Promise<void> {
  const missing = process.env["CI"] === "true" ? undefined : missingGo();
  if (missing !== undefined) return project.provide("tools", { missing });
  const built: Record<string, string> = {};
  for (const [name, tool] of Object.entries(goTools))
    built[name] = await buildTool(tool, {
      cache: cacheFolder(process.env),
      env: process.env,
      report: (line) => console.error(line),
    });
  project.provide("tools", built as BuiltTools);
}
