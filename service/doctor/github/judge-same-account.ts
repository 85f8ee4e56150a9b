import { check } from "../../checks/finding.ts";
import type { GitHubAnswer } from "../../checks/github/ask-github.ts";
import type { Finding } from "../doctor-report.ts";
import type { DeployedSignIn } from "./deployed-sign-in.ts";

export type Owner = GitHubAnswer<{ id: number | bigint; login: string }>;

/** Whether service and runs act with one account, by its number. Pure. */
export function judgeSameAccount(
  service: DeployedSignIn,
  runs: DeployedSignIn,
  owners: { service: Owner; runs: Owner } | undefined,
): Finding {
  const here = check("same-account");
  for (const each of [service, runs]) if ("because" in each) return here.skipped(each.because, each.fix);
  if ("because" in service || "because" in runs) return here.skipped("not both were seen");
  const [one, other] = [service.credential, runs.credential];
  const fix = "put the same account's credential into both namespaces (docs/secrets.md), and restart the service";
  if ("app" in one !== "app" in other)
    return here.fault("one side signs in with a token, the other as a GitHub App", fix);
  if ("app" in one && "app" in other)
    return one.app.appId === other.app.appId && one.app.installationId === other.app.installationId
      ? here.ok(`both are the App ${one.app.appId}`)
      : here.fault(
          `one side is the App ${one.app.appId}, the other ${other.app.appId}, or of another installation`,
          fix,
        );
  if (owners?.service.kind !== "answer" || owners.runs.kind !== "answer") {
    const runsRefused = owners?.runs.kind === "refused" && owners.runs.status === 401;
    return runsRefused
      ? here.fault("the token of the runs is refused by GitHub (401): it is wrong, expired or revoked", fix)
      : here.skipped("GitHub did not say whose tokens they are");
  }
  const [first, second] = [owners.service.data, owners.runs.data];
  return String(first.id) === String(second.id)
    ? here.ok(`both are ${first.login}'s`)
    : here.fault(
        `the service's token is ${first.login}'s, that of the runs ${second.login}'s: neither knows what the other wrote as its own`,
        fix,
      );
}
