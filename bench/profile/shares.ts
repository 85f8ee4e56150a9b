/** What `node --cpu-prof` writes, as far as it is read here. */
export interface CpuProfile {
  nodes: readonly { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  /** A node's id for each sample, and the microseconds since the one before. */
  samples: readonly number[];
  timeDeltas: readonly number[];
  /** In microseconds of the system's monotonic clock. */
  startTime: number;
}

export interface Share {
  name: string;
  /** For each delivery, in the thing itself and not in what it calls. */
  selfMs: number;
  /** Of all time that was not idle. */
  part: number;
}

export interface Shares {
  /** Where the time goes, the most first: by whose code it is, by file, by function. */
  owners: Share[];
  files: Share[];
  functions: Share[];
}

/** Sums the samples of a window up, over so many deliveries. `root` is where the repository lies. */
export function sharesOf(
  { nodes, samples, timeDeltas, startTime }: CpuProfile,
  { fromUs, toUs }: { fromUs: number; toUs: number },
  root: string,
  deliveries: number,
): Shares {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const sums = { owners: new Map(), files: new Map(), functions: new Map() } satisfies Record<string, Sums>;
  let busy = 0;
  let now = startTime;
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    const time = timeDeltas[index] ?? 0;
    now += time;
    if (now < fromUs || now > toUs) continue;
    if (!frame || frame.functionName === "(idle)") continue;
    busy += time;
    const { owner, file } = placeOf(frame.url, frame.functionName, root);
    add(sums.owners, owner, time);
    add(sums.files, file, time);
    add(sums.functions, `${frame.functionName || "(anonymous)"}  ${file}`, time);
  }
  const shares = (of: Sums): Share[] =>
    [...of]
      .map(([name, time]) => ({ name, selfMs: time / 1000 / deliveries, part: time / busy }))
      .sort((a, b) => b.selfMs - a.selfMs);
  return { owners: shares(sums.owners), files: shares(sums.files), functions: shares(sums.functions) };
}

type Sums = Map<string, number>;

function add(sums: Sums, name: string, time: number): void {
  sums.set(name, (sums.get(name) ?? 0) + time);
}

/** Ours by folder, packages by name, Node's by module; what has no file is the engine's. */
function placeOf(url: string, name: string, root: string): { owner: string; file: string } {
  if (url === "")
    return name.startsWith("(") ? { owner: name, file: name } : { owner: "native code", file: "native code" };
  if (url.startsWith("node:")) return { owner: "Node.js", file: url };
  const path = decodeURIComponent(url.replace(/^file:\/\//, ""));
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(path);
  if (inPackage) return { owner: String(inPackage[1]), file: `${inPackage[1]}/${inPackage[2]}` };
  const file = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  return { owner: `our ${file.split("/")[0]}/`, file };
}
