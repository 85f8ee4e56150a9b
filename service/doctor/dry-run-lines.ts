import { isExactName, stages, workflowTemplate } from "@froussard/contract";
import type { Namespaces } from "./deployed-names.ts";

/**
 * Lines for `argo` that run each stage on texts given by hand: mediator, agent and model work, nothing is posted or pushed.
 * They are not run here, for the model is paid. `repositories` as the service is set to serve them. Pure.
 */
export function dryRunLines({ workflows }: Namespaces, repositories = "owner/name"): string {
  const repository =
    repositories
      .split(",")
      .find((name) => isExactName(name.trim()))
      ?.trim() ?? "owner/name";
  const given: Record<(typeof stages)[number], string> = {
    planning: `-p issueBody="Say in one sentence what this repository is."`,
    implementation: `-p issueBody="Testing" -p planCommentBody="Add a line to README.md that says what this repository is."`,
  };
  return stages
    .map((stage) =>
      [
        `argo submit --from workflowtemplate/${workflowTemplate} -n ${workflows} --wait`,
        `-p stage=${stage} -p dryRun=true -p repository=${repository}`,
        `-p issueNumber=999 -p issueTitle="Dry run" ${given[stage]}`,
      ].join(" \\\n  "),
    )
    .join("\n\n");
}
