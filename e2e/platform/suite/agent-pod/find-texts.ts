import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** Files are read whole up to this size; no credential lies beyond. Bytes. */
const mostBytes = 32 * 1024 ** 2;

/**
 * Which of these texts a container holds: in the environment of its processes, and in files below these folders of its. It is
 * looked for from the node, as root, so that nothing is hidden from us that the container's own programs may read.
 * @param process number of any process of the container
 * @returns `<name of the text>: <where>`
 */
export function findTexts(
  process: number,
  folders: readonly string[],
  texts: Readonly<Record<string, string>>,
): string[] {
  const root = `/proc/${process}/root`;
  const places = [
    ...peersOf(process).map((peer) => `/proc/${peer}/environ`),
    ...folders.flatMap((folder) => filesBelow(join(root, folder))),
  ];
  return places.flatMap((place) => {
    const content = read(place);
    return Object.entries(texts)
      .filter(([, text]) => content.includes(text))
      .map(([name]) => `${name}: ${place.replace(root, "")}`);
  });
}

/** Processes of the same container: those that see the same files. */
function peersOf(process: number): string[] {
  const view = (pid: number | string) => attempt(() => readlinkSync(`/proc/${pid}/ns/mnt`));
  const own = view(process);
  return readdirSync("/proc").filter((pid) => /^[0-9]+$/.test(pid) && own !== undefined && view(pid) === own);
}

function filesBelow(folder: string): string[] {
  return (attempt(() => readdirSync(folder, { withFileTypes: true })) ?? []).flatMap((entry) => {
    const path = join(folder, entry.name);
    // Links lead out of the container, seen from here.
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

function read(path: string): Buffer {
  return attempt(() => (lstatSync(path).size > mostBytes ? undefined : readFileSync(path))) ?? Buffer.alloc(0);
}

/** Undefined when it has gone meanwhile. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
