import type { Credential } from "@froussard/github/credential";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import { foundIn, obstacleTo } from "../kubernetes/reading.ts";
import type { Holds } from "../kubernetes/secret-needs.ts";

export type DeployedSignIn = { credential: Credential } | { because: string; fix?: string };

/** How the programs of a namespace sign in to GitHub, by what their Secrets hold. Pure. */
export function deployedSignIn(
  { needs, secrets }: Pick<ClusterFacts, "needs" | "secrets">,
  namespace: string,
): DeployedSignIn {
  const find = (holds: Holds) => needs.find((need) => need.namespace === namespace && need.holds === holds);
  const value = (holds: Holds) => {
    const need = find(holds);
    return need && foundIn(secrets.get(`${namespace}/${need.name}`))?.data.get(need.key);
  };
  for (const holds of ["githubToken", "appId", "privateKey"] as const) {
    const need = find(holds);
    const reading = need && secrets.get(`${namespace}/${need.name}`);
    const obstacle = reading && obstacleTo(reading);
    if (obstacle) return obstacle;
  }
  if (find("appId")) {
    const [appId, installationId, privateKey] = [value("appId"), value("installationId"), value("privateKey")];
    if (!isNumber(appId) || !isNumber(installationId) || !privateKey)
      return { because: "the Secret of the GitHub App has to be put right first" };
    return { credential: { app: { appId: Number(appId), installationId: Number(installationId), privateKey } } };
  }
  // With white space it could not be sent, and is told as a fault of the Secret.
  const token = value("githubToken")?.trim();
  return token ? { credential: { token } } : { because: "the Secret with the token has to be put right first" };
}

const isNumber = (text: string | undefined) => /^[0-9]{1,15}$/.test(text ?? "");
