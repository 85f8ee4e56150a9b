import { check } from "../../checks/finding.ts";
import type { Finding } from "../doctor-report.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import { containersOf, deployedSettings } from "../kubernetes/deployed-settings.ts";
import type { Container } from "../kubernetes/objects.ts";

/** Settings that every program has to have alike, or they would work on different things. */
const shared = [
  "CODEX_REPOSITORIES",
  "CODEX_TRIGGER_LOGINS",
  "CODEX_PLAN_TRIGGER",
  "CODEX_BRANCH_PREFIX",
  "CODEX_BASE_BRANCH",
  "GITHUB_API_BASE_URL",
] as const;

/** Whether the programs would start with what they are set to, by the words of their own settings, and agree. Pure. */
export function judgeSettings(facts: ClusterFacts): Finding[] {
  return [
    ...(["serve", "watch"] as const).flatMap((program) => judgeProgram(program, facts)),
    ...judgeAgreement(containersOf(facts)),
  ];
}

function judgeProgram(program: "serve" | "watch", facts: ClusterFacts): Finding[] {
  const here = check("settings", program);
  const read = deployedSettings(program, facts);
  if (!read) return [];
  if ("faults" in read)
    return [
      here.fault(
        `${program} does not start with: ${read.faults.join("; ")}`,
        "correct the Secret it comes from, or infra/settings.ts, run npm run synth, and sync dist/",
      ),
    ];
  const { CODEX_REPOSITORIES: repositories, CODEX_TRIGGER_LOGINS: approvers } = read.settings;
  return [here.ok(`serves ${repositories.join(", ")}; ${approvers.join(", ")} may decide`)];
}

function judgeAgreement(programs: ReadonlyMap<string, Container>): Finding[] {
  const valueIn = ({ env }: Container, name: string) => env.find((variable) => variable.name === name)?.value ?? "";
  const [first, ...others] = programs;
  if (!first || others.length === 0) return [];
  const different = shared.flatMap((name) => {
    const expected = valueIn(first[1], name);
    const unlike = others.filter(([, container]) => valueIn(container, name) !== expected).map(([program]) => program);
    return unlike.length === 0 ? [] : [`${name} of ${unlike.join(", ")} is not that of ${first[0]}`];
  });
  const here = check("settings", "all programs");
  if (different.length === 0) return [here.ok("agree")];
  return [here.fault(different.join("; "), "sync all of dist/: it looks as if a part of it is older")];
}
