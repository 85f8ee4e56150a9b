import { check } from "../../checks/finding.ts";
import type { Finding } from "../doctor-report.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import type { ConfigMap } from "../kubernetes/objects.ts";
import { obstacleTo, type Reading } from "../kubernetes/reading.ts";
import type { Referred } from "../kubernetes/referred-objects.ts";

const sync = "sync dist/ again: it is part of it";

/** Whether ConfigMaps and ServiceAccounts that are referred to are there. Pure. */
export function judgeReferences({
  referred,
  configMaps,
  serviceAccounts,
}: Pick<ClusterFacts, "referred" | "configMaps" | "serviceAccounts">): Finding[] {
  const accounts = Map.groupBy(referred.serviceAccounts, ({ namespace, name }) => `${namespace}/${name}`);
  return [
    ...referred.configMaps.map((reference) =>
      judgeConfigMap(reference, configMaps.get(`${reference.namespace}/${reference.name}`) ?? { kind: "absent" }),
    ),
    ...[...accounts].map(([place, of]) => {
      const here = check("service-account", place);
      const reading = serviceAccounts.get(place) ?? { kind: "absent" };
      const obstacle = obstacleTo(reading);
      if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
      const by = of.map((each) => each.by).join(", ");
      return reading.kind === "found"
        ? here.ok(`there, for ${by}`)
        : here.fault(`it is not there: no pod of ${by} can be made`, sync);
    }),
  ];
}

function judgeConfigMap(
  { namespace, name, key, by, isSemaphore }: Referred["configMaps"][number],
  reading: Reading<ConfigMap>,
): Finding {
  const here = check("config-map", `${namespace}/${name}`);
  const obstacle = obstacleTo(reading);
  if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
  const fix = isSemaphore
    ? "set runs.concurrency in infra/settings.ts, run npm run synth, and sync dist/"
    : "create it";
  if (reading.kind !== "found")
    return here.fault(
      `it is not there, and ${by} refers to it`,
      isSemaphore ? `${sync}; without it no run begins` : fix,
    );
  const value = key === undefined ? undefined : reading.value.data[key];
  if (key !== undefined && value === undefined) return here.fault(`it has no key ${key}, which ${by} refers to`, fix);
  if (isSemaphore && !/^[1-9][0-9]{0,5}$/.test(value ?? ""))
    return here.fault(`${key} is ${JSON.stringify(value)}: no run begins unless it is a whole number from 1 on`, fix);
  return here.ok(isSemaphore ? `${value} runs at the same time` : `there, for ${by}`);
}
