import { check } from "../../checks/finding.ts";
import { judgeModel } from "../../checks/model/judge-model.ts";
import { readModel } from "../../checks/model/model-facts.ts";
import type { Finding } from "../doctor-report.ts";
import { modelWords } from "../doctor-words.ts";
import type { Vantage } from "../kafka/judge-kafka.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import { deployedEnvironment } from "../kubernetes/deployed-environment.ts";
import { containersOf } from "../kubernetes/deployed-settings.ts";
import { obstacleTo } from "../kubernetes/reading.ts";

/** Where mediators ask when they are not told otherwise. */
const standardUrl = "https://api.openai.com/v1";

/** Asks the provider with the mediators' key, from here: nothing that costs tokens. */
export async function lookAtModel(
  facts: ClusterFacts,
  { insideCluster, insideLine, timeoutMs }: Vantage & { timeoutMs: number },
): Promise<Finding> {
  const here = check("model");
  const { workflows } = facts.namespaces;
  const container = containersOf(facts).get("mediator");
  if (!container) return here.skipped("there is no WorkflowTemplate that says which");
  const { values } = deployedEnvironment(container, workflows, facts.secrets);
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl = standardUrl, CODEX_MODEL: model } = values;
  const need = facts.needs.find(({ holds }) => holds === "modelKey");
  const obstacle = need && obstacleTo(facts.secrets.get(`${need.namespace}/${need.name}`) ?? { kind: "absent" });
  if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
  if (!apiKey?.trim() || model === undefined) return here.skipped("the Secret with the key has to be put right first");
  const seen = await readModel({ baseUrl: baseUrl.replace(/\/+$/, ""), apiKey: apiKey.trim(), model, timeoutMs });
  if ("reason" in seen.one && !insideCluster)
    return here.skipped(
      `${baseUrl} cannot be reached from here (${seen.one.reason})`,
      `look from inside:\n${insideLine}`,
    );
  return judgeModel(seen, modelWords(facts.namespaces));
}
