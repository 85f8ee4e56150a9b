import { spawnSync } from "node:child_process";
import type { GoModule } from "./versions.ts";

/**
 * The folder of a Go module's files, downloaded through the machine's module proxy and checked by Go against its
 * checksum database, and by us against the recorded checksum.
 */
export function goModuleFolder({ module, version, sum }: GoModule, go = "go"): string {
  const name = `${module}@${version}`;
  const ran = spawnSync(go, ["mod", "download", "-json", name], { encoding: "utf8", cwd: "/", maxBuffer: 2 ** 26 });
  if (ran.error)
    throw new Error(
      `go could not be started (${ran.error.message}); it brings ${name}: install Go 1.21 or newer (https://go.dev/doc/install; Debian 13: apt-get install golang-go) and try again`,
    );
  const answer = ran.stdout.trim() ? JSON.parse(ran.stdout) : {};
  if (ran.status !== 0 || answer.Error || !answer.Dir)
    throw new Error(`go could not download ${name}: ${answer.Error ?? ran.stderr.trim()}`);
  if (answer.Sum !== sum)
    throw new Error(`${name} has the checksum ${answer.Sum}, not ${sum} as infra/schemas/versions.ts says`);
  return answer.Dir;
}
