import { check } from "../../checks/finding.ts";
import type { Finding } from "../doctor-report.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import { installed } from "../kubernetes/kinds.ts";
import { canILine, obstacleTo, type Reading } from "../kubernetes/reading.ts";

/** The oldest minor version of Kubernetes 1 with all that the manifests ask for. */
const oldestMinor = 30;

/** Whether there is a cluster of a version that can hold the deployment, and what of it may be looked at. Pure. */
export function judgeKubernetes(facts: ClusterFacts): Finding[] {
  return [judgeVersion(facts.version), ...judgeRights(facts), ...judgeInstalled(facts)];
}

function judgeVersion(version: ClusterFacts["version"]): Finding {
  const here = check("kubernetes");
  if (version.kind !== "found") {
    const { because } = obstacleTo(version) ?? { because: "there is no /version, as every API server has" };
    return here.fault(because, "correct --kubeconfig and --context: kubectl version must work with the same");
  }
  const { gitVersion } = version.value;
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  if (Number(major) > 1 || Number(minor) >= oldestMinor) return here.ok(gitVersion);
  return here.fault(`${gitVersion} is too old`, `upgrade to 1.${oldestMinor} or newer`);
}

function judgeRights(facts: ClusterFacts): Finding[] {
  const readings = Object.values(facts).flatMap((fact: unknown): Reading<unknown>[] =>
    fact instanceof Map ? [...fact.values()] : isReading(fact) ? [fact] : [],
  );
  const lines = readings.flatMap((reading) => (reading.kind === "forbidden" ? [canILine(reading.question)] : []));
  const here = check("rights");
  if (lines.length === 0) return [here.ok("everything may be looked at")];
  return [
    here.skipped(
      `${lines.length} ${lines.length === 1 ? "question was" : "questions were"} refused: what they are about is not checked`,
      `ask for the rights that say no here:\n${[...new Set(lines)].join("\n")}`,
    ),
  ];
}

function isReading(fact: unknown): fact is Reading<unknown> {
  return typeof fact === "object" && fact !== null && "kind" in fact;
}

function judgeInstalled({ served }: ClusterFacts): Finding[] {
  return installed.map(({ api, by, plurals }) => {
    const here = check("custom-resources", by);
    const found = served.get(api) ?? { kind: "absent" };
    const obstacle = obstacleTo(found);
    if (obstacle) return here.skipped(obstacle.because);
    const known = found.kind === "found" ? found.value : [];
    const missing = plurals.filter((plural) => !known.includes(plural));
    if (missing.length === 0) return here.ok(`${api.slice("apis/".length)} is served`);
    return here.fault(
      `${api.slice("apis/".length)} does not serve ${missing.join(", ")}`,
      `install ${by}, with its custom resource definitions (docs/prerequisites.md)`,
    );
  });
}
