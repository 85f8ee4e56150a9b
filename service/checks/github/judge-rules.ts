import { check, type Finding } from "../finding.ts";
import type { BranchRule, RepositoryFacts } from "./repository-facts.ts";

/**
 * Rules under which a push that makes a new branch, of commits without signature, is refused.
 * (GitHub: "Available rules for rulesets".)
 */
const forbidding: Readonly<Record<string, string>> = {
  creation: "nobody may make such branches",
  update: "nobody may push to such branches",
  pull_request: "changes may only come by pull request",
  required_signatures: "commits must be signed, and ours are not",
};
/** Rules that may refuse a push, depending on what is in it or what has run before. */
const doubtful =
  /^(?:branch_name_pattern|commit_|committer_|file_|max_file|required_(?:status_checks|deployments)|workflows|merge_queue)/;

/** Whether rules keep the agent's branches from being made; only what rulesets say is told to everybody. Pure. */
export function judgeRules({ name, head, rules, rulesets }: RepositoryFacts): Finding<"branch-rules"> {
  const here = check("branch-rules", name);
  const pattern = head.replace(/1-0{8}$/, "*");
  if (rules?.kind !== "answer") return here.skipped(`GitHub does not tell the rules for ${pattern}`);
  const binding = rules.data.filter((rule) => !isExempt(rule, rulesets));
  const forbidden = binding.filter(({ type }) => type in forbidding);
  if (forbidden.length > 0)
    return here.fault(
      `${pattern}: ${forbidden.map(({ type }) => forbidding[type]).join("; ")} (ruleset ${namesOf(forbidden, rulesets)})`,
      `exclude refs/heads/${pattern} from the ruleset, or put the program's account on its bypass list (Settings → Rules)`,
    );
  const unclear = binding.filter((rule) => doubtful.test(rule.type) && !skipsNewBranches(rule));
  if (unclear.length > 0)
    return here.warning(
      `${pattern}: pushes may be refused by ${unclear.map(({ type }) => type).join(", ")} (ruleset ${namesOf(unclear, rulesets)})`,
      "exclude these branches from the ruleset, or see that what the agent makes keeps its rules",
    );
  return here.ok(`no rule keeps ${pattern} from being made`);
}

function isExempt({ ruleset_id: id }: BranchRule, rulesets: RepositoryFacts["rulesets"]): boolean {
  const bypass = id === undefined ? undefined : rulesets.get(id)?.bypass;
  return bypass === "always" || bypass === "exempt";
}

/** Required checks can be left out for a branch that is just being made. */
function skipsNewBranches({ parameters }: BranchRule): boolean {
  return typeof parameters === "object" && parameters !== null && "do_not_enforce_on_create" in parameters
    ? parameters.do_not_enforce_on_create === true
    : false;
}

function namesOf(rules: readonly BranchRule[], rulesets: RepositoryFacts["rulesets"]): string {
  const names = rules.map(({ ruleset_id: id }) => (id === undefined ? "?" : (rulesets.get(id)?.name ?? String(id))));
  return [...new Set(names)].join(", ");
}
