import { type BuildOptions, buildTool } from "../../../infra/platform/build-tool.ts";
import type { GoTool } from "../../../infra/platform/go-tool.ts";
import { type ProgramName, type Programs, programs } from "./programs.ts";

/**
 * The cluster's programs, those that are missing built one after the other: Go itself uses every core. Cold it takes half an
 * hour on two cores; a program that stands is not built again, and needs Go's own caches no more.
 * @throws Error when Go is missing or one of them can't be built; those before it stay.
 */
export async function buildPrograms(options: BuildOptions): Promise<Programs> {
  const built: Partial<Record<ProgramName, string>> = {};
  for (const [name, tool] of Object.entries<GoTool>(programs))
    built[name as ProgramName] = await buildTool(tool, options);
  return built as Programs;
}
