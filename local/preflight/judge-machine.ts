import { check } from "froussard/checks/finding";
import type { Finding } from "./finding.ts";
import type { FolderFacts, VersionAnswer } from "./machine-facts.ts";

/** `fetch --no-write-fetch-head` came with 2.29. (Git's release notes.) */
const oldestGit = [2, 29] as const;
/** The first that runs our TypeScript without a flag, and has everything else that is used. */
const oldestNode = [24, 0] as const;

/** The leading numbers of a version, wherever it stands in the text. */
export function versionIn(text: string): [number, number, number] | undefined {
  const [, major, minor, patch] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor), Number(patch ?? 0)];
}

const older = (version: readonly number[], than: readonly number[]) => {
  const [difference = 0] = than.map((number, index) => (version[index] ?? 0) - number).filter((each) => each !== 0);
  return difference < 0;
};

/** Pure. */
export function judgeNode(version: string): Finding {
  const node = check("node");
  if (!older(versionIn(version) ?? [0], oldestNode)) return node.ok(version);
  return node.fault(
    `${version} is too old`,
    "start with npm run local, which brings its own Node.js along, or install Node.js 24",
  );
}

/** Pure. */
export function judgeGit(answer: VersionAnswer): Finding {
  const git = check("git");
  const fix = "install git (Debian and Ubuntu: sudo apt install git), and see that PATH leads to it";
  if ("reason" in answer) return git.fault(`git does not run (${answer.reason})`, fix);
  const version = versionIn(answer.output);
  if (!version) return git.warning(`git tells no version (${answer.output.slice(0, 80)})`, fix);
  if (older(version, oldestGit))
    return git.fault(`${version.join(".")} is too old`, `${oldestGit.join(".")} or newer is needed: ${fix}`);
  return git.ok(version.join("."));
}

const mebibyte = 2 ** 20;
/** A working copy, the agent's files and the record; a large repository needs more. */
const scarce = { warning: 2_048 * mebibyte, fault: 200 * mebibyte };

/** Pure. */
export function judgeFolder(facts: FolderFacts): Finding[] {
  const data = check("data-folder");
  const space = check("disk-space");
  const elsewhere = "choose another with --data <folder>";
  if ("reason" in facts)
    return [
      data.fault(
        `${facts.folder} cannot be written (${facts.reason})`,
        `${elsewhere}, or correct its owner and rights`,
      ),
      space.skipped("the data folder cannot be used"),
    ];
  const { folder, keepsPrivate, busy, freeBytes } = facts;
  const free = `${(freeBytes / 2 ** 30).toFixed(1)} GiB are free`;
  const fix = `make room there, or ${elsewhere}`;
  return [
    busy
      ? data.fault(`another process works in ${folder}`, `stop it first, or ${elsewhere}`)
      : keepsPrivate
        ? data.ok(`${folder} can be written, and be kept private`)
        : data.fault(
            `${folder} lies on a drive that keeps no rights: others of this machine could read texts of private repositories`,
            `${elsewhere}, on a Linux file system`,
          ),
    freeBytes < scarce.fault
      ? space.fault(`only ${free}`, fix)
      : freeBytes < scarce.warning
        ? space.warning(`only ${free}; each run needs a working copy of the repository`, fix)
        : space.ok(free),
  ];
}

/** Pure. */
export function judgePort({ port, code }: { port: number; code?: string }): Finding {
  const here = check("webhook-port");
  if (code === undefined) return here.ok(port === 0 ? "any free one" : `${port} is free`);
  if (code === "EADDRINUSE")
    return here.fault(
      `port ${port} is taken by another process`,
      "choose another with --port <port>; ss -ltnp tells whose it is",
    );
  if (code === "EACCES")
    return here.fault(`port ${port} may not be used by this account`, "choose one above 1023 with --port <port>");
  return here.fault(`port ${port} cannot be used (${code})`, "choose another with --port <port>");
}
