import { apparmorProfile } from "codex-runner/sandbox/check-bubble";
import { describe, expect, test } from "vitest";
import { judgeInner, judgeObstacle } from "./check-sandbox.ts";
import type { Finding } from "./finding.ts";
import { judgeCodex } from "./judge-codex.ts";
import { judgeFolder, judgeGit, judgeNode, judgePort } from "./judge-machine.ts";

/** A finding as `status id`, followed by what was found. */
const short = ({ id, status, found }: Finding) => `${status} ${id}: ${found}`;

describe("the machine", () => {
  const folder = { folder: "/data", keepsPrivate: true, busy: false, freeBytes: 2 ** 40 };
  test.each<[string, Finding[], string]>([
    ["Node.js", [judgeNode("24.21.0")], "ok node: 24.21.0"],
    ["an old Node.js", [judgeNode("22.19.0")], "fault node: 22.19.0 is too old"],
    ["git", [judgeGit({ output: "git version 2.39.5 (Apple Git-154)" })], "ok git: 2.39.5"],
    ["an old git", [judgeGit({ output: "git version 2.28.1" })], "fault git: 2.28.1 is too old"],
    ["a git of the next age", [judgeGit({ output: "git version 3.0.0" })], "ok git: 3.0.0"],
    ["something else for git", [judgeGit({ output: "hub" })], "warning git: git tells no version (hub)"],
    [
      "a drive without rights",
      judgeFolder({ ...folder, keepsPrivate: false }),
      "fault data-folder: /data lies on a drive that keeps no rights: others of this machine could read texts of private repositories",
    ],
    [
      "little room",
      judgeFolder({ ...folder, freeBytes: 2 ** 30 }),
      "warning disk-space: only 1.0 GiB are free; each run needs a working copy of the repository",
    ],
    ["no room", judgeFolder({ ...folder, freeBytes: 100 * 2 ** 20 }), "fault disk-space: only 0.1 GiB are free"],
    [
      "a low port",
      [judgePort({ port: 80, code: "EACCES" })],
      "fault webhook-port: port 80 may not be used by this account",
    ],
    ["no Codex", [judgeCodex({ missing: "install it" })], "fault codex: there is no Codex program"],
    [
      "a Codex that hangs",
      [judgeCodex({ path: "/x/codex", chosen: true, supported: "1.2.3", answer: { reason: "no answer within 10 s" } })],
      "fault codex: /x/codex does not run (no answer within 10 s)",
    ],
    [
      "a newer Codex",
      [judgeCodex({ path: "/x/codex", chosen: true, supported: "1.2.3", answer: { output: "codex-cli 1.3.0" } })],
      "warning codex: 1.3.0 is not the version that this program is made and tested for (1.2.3): events or options may differ",
    ],
  ])("%s", (_, findings, expected) => expect(findings.map(short)).toContain(expected));

  test("a sandbox that AppArmor forbids: both fixes, the narrow one as commands to copy", () => {
    const obstacle = {
      message: "setting up uid map: Permission denied",
      cause: "AppArmor",
      fix: "run: sudo sysctl",
      apparmor: true,
    };
    const { status, found, fix } = judgeObstacle(obstacle, "/opt/bwrap");
    expect([status, found]).toEqual(["fault", "AppArmor (setting up uid map: Permission denied)"]);
    expect(fix).toBe(`run: sudo sysctl. Narrower, for bubblewrap alone:\n${apparmorProfile("/opt/bwrap")}`);
  });

  test("Codex's own sandbox", () => {
    expect(judgeInner(undefined).status).toBe("ok");
    expect(judgeInner({ message: "m", cause: "c", fix: "f" })).toMatchObject({ status: "fault", fix: "f" });
  });
});
