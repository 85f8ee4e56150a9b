import { runCommand } from "../cluster/run-command.ts";
import type { BuiltImage } from "./build-images.ts";

/** Puts images into the node's container runtime, those that are there already left out; answers which were new. */
export async function importImages(
  images: readonly BuiltImage[],
  [program = "", ...options]: readonly string[],
  report: (line: string) => void,
): Promise<BuiltImage[]> {
  const ctr = (...args: string[]) => runCommand(program, [...options, "images", ...args], { timeoutMs: 300_000 });
  const present = new Set((await ctr("ls", "--quiet")).split("\n"));
  const missing = images.filter(({ reference }) => !present.has(reference));
  for (const { reference, archive } of missing) {
    report(`importing ${reference}`);
    await ctr("import", archive);
  }
  return missing;
}
