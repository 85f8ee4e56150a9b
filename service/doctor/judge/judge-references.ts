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
  const configMapsOf = Map.groupBy(referred.configMaps, ({ namespace, name }) => `${namespace}/${name}`);
  return [
    ...[...configMapsOf].map(([place, references]) =>
      judgeConfigMap(place, references, configMaps.get(place) ?? { kind: "absent" }),
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

function judgeConfigMap(place: string, references: Referred["configMaps"], reading: Reading<ConfigMap>): Finding {
  const here = check("config-map", place);
  const obstacle = obstacleTo(reading);
  if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
  const by = [...new Set(references.map((each) => each.by))].join(", ");
  const semaphore = references.find(({ isSemaphore }) => isSemaphore);
  const fix = semaphore ? "set runs.concurrency in infra/settings.ts, run npm run synth, and sync dist/" : "create it";
  if (reading.kind !== "found")
    return here.fault(`it is not there, and ${by} refers to it`, semaphore ? `${sync}; without it no run begins` : fix);
  const { data } = reading.value;
  const missing = references.find(({ key }) => key !== undefined && data[key] === undefined);
  if (missing) return here.fault(`it has no key ${missing.key}, which ${missing.by} refers to`, fix);
  if (!semaphore) return here.ok(`there, for ${by}`);
  const value = data[semaphore.key ?? ""];
  if (!/^[1-9][0-9]{0,5}$/.test(value ?? ""))
    return here.fault(
      `${semaphore.key} is ${JSON.stringify(value)}: no run begins unless it is a whole number from 1 on`,
      fix,
    );
  return here.ok(`${value} runs at the same time`);
}
