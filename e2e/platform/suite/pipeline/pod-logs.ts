import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster } from "../../cluster/cluster.ts";

/**
 * All that the containers of a namespace's pods have said and the node still keeps. Read from its files: asking for the log of
 * each container takes longer than a minute after a while.
 */
export function podLogs({ state }: Cluster, namespace: string): string {
  return globSync(join(state.logs, "pods", `${namespace}_*`, "*", "*.log"))
    .map((file) => wholeLines(textOf(file)))
    .join("\n");
}

/** Nothing when its pod has been lost meanwhile. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

/** Lines as they were written: before each stand time, stream, and `P` where the next goes on with it, else `F` (CRI's format). */
export const wholeLines = (text: string): string =>
  text.replaceAll(/^\S+ (?:stdout|stderr) ([FP])(?::\S+)? (.*)(\n|$)/gm, (_, tag, line, end) =>
    tag === "P" ? line : line + end,
  );
