import { type FailureCode, RunFailure } from "@froussard/contract";
import type { GitOutcome } from "./run-git.ts";

/** In this order: the first pattern that fits git's English words decides. */
const patterns: readonly [RegExp, FailureCode][] = [
  [/File too large/i, "repository-too-large"],
  [/\(stale info\)|\(fetch first\)|\(non-fast-forward\)|cannot lock ref|reference already exists/i, "branch-taken"],
  [/GH0\d\d:|\[remote rejected\]|pre-receive hook declined|refusing to allow|protected branch/i, "push-refused"],
  [/Authentication failed|could not read (?:Username|Password)|invalid (?:username|credentials)/i, "bad-credentials"],
  [/returned error: 401/i, "bad-credentials"],
  [/returned error: 40[34]|Permission to .* denied|Write access .* not granted|repository .* not found/i, "forbidden"],
  [/not our ref|couldn't find remote ref|remote error: .*not found|unadvertised object/i, "base-moved"],
  [
    /returned error: (?:5\d\d|429)|could(?:n't| not) resolve host|failed to connect|couldn't connect/i,
    "github-unavailable",
  ],
  [/connection (?:refused|reset|timed out)|timed? ?out|early EOF|unexpected disconnect/i, "github-unavailable"],
  [/hung up|RPC failed|empty reply|transfer closed|operation too slow|gnutls|SSL|TLS/i, "github-unavailable"],
];

/** What a git call that failed means for the run; git's words are cleaned, and the token can not be among them. */
export function gitFailure(action: string, outcome: GitOutcome, token?: string): RunFailure {
  const { stderr, timedOut, signal, code } = outcome;
  const words = cleanWords(stderr, token);
  if (timedOut) return new RunFailure("github-unavailable", `git ${action} took too long and was stopped`);
  if (outcome.overflowed) return new RunFailure("repository-too-large", `git ${action}: more output than expected`);
  const found = patterns.find(([pattern]) => pattern.test(stderr))?.[1] ?? "internal";
  const ending = signal ? `ended by ${signal}` : `exit code ${code}`;
  return new RunFailure(found, `git ${action}: ${words || ending}`);
}

const maxWords = 400;

/** The telling lines of git's messages in one line: no control characters, no advice, no progress, no token. */
export function cleanWords(stderr: string, token?: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.replace(/[^\P{C}]+/gu, "").trim())
    .filter((line) => line !== "" && !/^(?:hint:|To |Enumerating|Counting|Compressing|Writing|Delta|Total)/.test(line))
    .map((line) => line.replace(/^remote:\s*/, "").replace(/\s+/g, " "))
    .filter((line) => line !== "");
  let words = [...new Set(lines)].join("; ");
  if (token) words = words.replaceAll(token, "***");
  words = words.replace(/\/\/[^/@\s]+@/g, "//***@");
  return words.length > maxWords ? `${words.slice(0, maxWords)}…` : words;
}
