import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "froussard/testing/broker/free-ports";
import type { Kind } from "../webhooks/deliveries.ts";
import { startFroussard } from "../webhooks/start-froussard.ts";
import { openWorld } from "../webhooks/world.ts";
import { type CpuProfile, type Shares, sharesOf } from "./shares.ts";

const root = join(import.meta.dirname, "../..");

/** The clock of profiles, the same in all processes. */
const monotonicUs = () => Number(process.hrtime.bigint() / 1000n);

/** The service from its sources, so that the profile names their files, under one load. */
export async function profileService(
  { kind, connections, seconds }: { kind: Kind; connections: number; seconds: number },
  report: (line: string) => void,
): Promise<Shares> {
  report("starting a broker and the service");
  const world = await openWorld();
  try {
    const [port = 0] = await freePorts(1);
    const folder = world.file("profile");
    const options = ["--cpu-prof", `--cpu-prof-dir=${folder}`];
    const service = await startFroussard(world, join(root, "service/main.ts"), port, options);
    report("warming up, and then under load");
    await service.load(world.cargo(kind), connections, 5);
    const fromUs = monotonicUs();
    const { count } = await service.load(world.cargo(kind), connections, seconds);
    const toUs = monotonicUs();
    // It writes the profile at its end; marks for GitHub may keep it until its time is over.
    await service.stop(60_000);
    const [file] = readdirSync(folder);
    if (file === undefined) throw new Error("the service left no profile");
    const profile: CpuProfile = JSON.parse(readFileSync(join(folder, file), "utf8"));
    return sharesOf(profile, { fromUs, toUs }, root, count);
  } finally {
    await world.close();
  }
}
