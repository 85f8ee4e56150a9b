import { kafkaUsers } from "@froussard/contract";
import { check } from "../../checks/finding.ts";
import type { Finding } from "../doctor-report.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import { foundIn, obstacleTo } from "../kubernetes/reading.ts";
import type { Holds, SecretNeed } from "../kubernetes/secret-needs.ts";

/** What a webhook's secret has at least, in characters: `serve` starts with none that is shorter. */
const shortestSecret = 16;

/** Whether the Secrets are there and hold something usable. No value, nor any part of one, is in the findings. Pure. */
export function judgeSecrets(facts: Pick<ClusterFacts, "needs" | "secrets">): Finding[] {
  const byPlace = Map.groupBy(facts.needs, ({ namespace, name }) => `${namespace}/${name}`);
  return [...byPlace].flatMap(([place, needs]) => judgeSecret(place, needs, facts));
}

function judgeSecret(
  place: string,
  needs: readonly SecretNeed[],
  { secrets }: Pick<ClusterFacts, "secrets">,
): Finding[] {
  const here = check("secret", place);
  const reading = secrets.get(place) ?? { kind: "absent" };
  const obstacle = obstacleTo(reading);
  if (obstacle) return [here.skipped(obstacle.because, obstacle.fix)];
  const secret = foundIn(reading);
  const required = needs.filter(({ optional }) => !optional);
  if (!secret) {
    if (required.length === 0) return [];
    const isToken = required.some(({ holds }) => holds === "serviceAccountToken");
    return [
      here.fault(
        `it is not there, and ${readers(required)} ${required.length === 1 ? "needs" : "need"} it`,
        isToken ? "sync dist/ again: the Secret is part of it" : "create it: docs/secrets.md has the command",
      ),
    ];
  }
  const keys = [...Map.groupBy(needs, ({ key }) => key)];
  const wrong = keys.flatMap(([key, of]) => judgeKey(place, key, of, secret.data.get(key)));
  return wrong.length > 0
    ? wrong
    : [here.ok(`holds ${keys.flatMap(([key]) => (secret.data.has(key) ? [key] : [])).join(", ")}`)];
}

function judgeKey(place: string, key: string, needs: readonly SecretNeed[], value: string | undefined): Finding[] {
  const here = check("secret", `${place}, key ${key}`);
  const holds = needs[0]?.holds ?? "other";
  const fix = fixOf(place, key, holds);
  if (value === undefined) {
    const required = needs.filter(({ optional }) => !optional);
    return required.length === 0 ? [] : [here.fault(`the key is not there, and ${readers(required)} asks for it`, fix)];
  }
  if (value.trim() === "") return [here.fault("it is empty", fix)];
  if (!isFile(holds) && value.trim() !== value)
    return [
      here.fault(
        /^\s/.test(value) ? "it begins with white space" : "it ends with white space, as a file's line break",
        fix,
      ),
    ];
  if (!isFile(holds) && /[\r\n]/.test(value)) return [here.fault("it has more than one line", fix)];
  if (isFile(holds) && !value.includes("-----BEGIN ")) return [here.fault("it is not of PEM form (-----BEGIN …)", fix)];
  if (holds === "webhookSecret" && value.length < shortestSecret)
    return [here.fault(`it has only ${value.length} characters; at least ${shortestSecret} are taken`, fix)];
  return [];
}

const isFile = (holds: Holds) => holds === "privateKey" || holds === "authority";

function readers(needs: readonly SecretNeed[]): string {
  return [...new Set(needs.map(({ readBy }) => readBy))].join(", ");
}

/**
 * Asks for the value, so that it stands in no history, and leaves the other keys as they are: a patch does, `apply` would
 * take away what the line before had put there.
 */
export function fixOf(place: string, key: string, holds: Holds): string {
  const [namespace, name] = place.split("/");
  if (holds === "serviceAccountToken")
    return `the controller of service-account tokens fills it: kubectl describe secret ${name} -n ${namespace}`;
  const put = (source: string) =>
    `kubectl create secret generic ${name} -n ${namespace} --from-file=${key}=${source} --dry-run=client -o yaml | kubectl patch secret ${name} -n ${namespace} --patch-file=/dev/stdin`;
  const line = isFile(holds) ? put("<file>") : `(read -rsp "value: " v && ${put('<(printf %s "$v")')})`;
  return `put the value there again, in bash; what must restart then says docs/secrets.md:\n${line}`;
}

/** Whether the two places that a Kafka user's password stands in agree. Pure. */
export function judgeKafkaPasswords(facts: ClusterFacts): Finding[] {
  return [
    judgePair(facts, kafkaUsers.service, (need) => need.namespace === facts.namespaces.service),
    judgePair(facts, kafkaUsers.consumer, (need) => need.namespace === facts.namespaces.workflows),
  ];
}

function judgePair(
  { needs, secrets, namespaces }: ClusterFacts,
  user: string,
  isReader: (need: SecretNeed) => boolean,
): Finding {
  const here = check("kafka-password", user);
  const find = (holds: Holds, of: (need: SecretNeed) => boolean) => {
    const need = needs.find((each) => each.holds === holds && of(each));
    return need && { need, reading: secrets.get(`${need.namespace}/${need.name}`) ?? { kind: "absent" as const } };
  };
  const name = find("kafkaUsername", isReader);
  const used = find("kafkaPassword", isReader);
  const given = find("kafkaPassword", ({ readBy }) => readBy === `KafkaUser ${user}`);
  if (!used) return here.skipped("nothing signs in with a password");
  for (const each of [name, used, given]) {
    const obstacle = each && obstacleTo(each.reading);
    if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
  }
  const value = (each: typeof used | undefined) =>
    each?.reading.kind === "found" ? each.reading.value.data.get(each.need.key) : undefined;
  const username = value(name);
  if (name && username !== undefined && username !== user)
    return here.fault(
      `${name.need.namespace}/${name.need.name} names another user than the KafkaUser`,
      fixOf(`${name.need.namespace}/${name.need.name}`, name.need.key, "kafkaUsername").replace(
        "put the value there again",
        `the name must be ${user}: put it there`,
      ),
    );
  const [one, other] = [value(used), value(given)];
  if (!given) return here.skipped(`the KafkaUser ${user} names no Secret: the operator made up a password of its own`);
  const places = `${namespaceName(used.need)} and ${namespaceName(given.need)}`;
  if (one === undefined || other === undefined) return here.skipped(`${places}: one of them holds none yet`);
  if (one === other) return here.ok(`${places} hold the same`);
  return here.fault(
    `${places} hold different passwords`,
    `put one password into both (docs/secrets.md), and restart what reads it; the operator sets it in Kafka (namespace ${namespaces.kafka}) within two minutes`,
  );
}

const namespaceName = ({ namespace, name }: SecretNeed) => `${namespace}/${name}`;
