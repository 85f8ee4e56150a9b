import { check } from "froussard/checks/finding";
import type { Finding } from "./finding.ts";
import { versionIn } from "./judge-machine.ts";
import type { VersionAnswer } from "./machine-facts.ts";

/** The program that would be used, and what it says. */
export type CodexFacts =
  | { path: string; chosen: boolean; supported: string; answer: VersionAnswer }
  /** There is none, with what to install. */
  | { missing: string };

/** Whether Codex runs, and is the version that this program is made for. Pure. */
export function judgeCodex(facts: CodexFacts): Finding {
  const codex = check("codex");
  if ("missing" in facts) return codex.fault("there is no Codex program", facts.missing);
  const { path, chosen, supported, answer } = facts;
  const own = chosen
    ? "unset CODEX_BIN: then the one that comes along is used"
    : "install the packages anew: npm run check";
  if ("reason" in answer) return codex.fault(`${path} does not run (${answer.reason})`, own);
  const version = /codex/i.test(answer.output) ? versionIn(answer.output)?.join(".") : undefined;
  if (!version)
    return codex.fault(`${path} is not Codex: it calls itself ${answer.output.slice(0, 80) || "nothing"}`, own);
  if (version !== supported)
    return codex.warning(
      `${version} is not the version that this program is made and tested for (${supported}): events or options may differ`,
      chosen ? `${own}, or let CODEX_BIN name ${supported}` : own,
    );
  return codex.ok(`${version}${chosen ? `, ${path}` : ""}`);
}
