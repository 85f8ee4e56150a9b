import { check } from "../../checks/finding.ts";
import { generalRefusal } from "../../checks/github/ask-github.ts";
import type { Finding } from "../doctor-report.ts";
import { type HookFacts, hookIn, type SeenDelivery, type SeenHook, webhookPath } from "./read-webhook.ts";

const neededEvents = ["issues", "issue_comment"] as const;
/** Older deliveries may be of a time when something else was wrong. Milliseconds. */
const lately = 24 * 3_600_000;
/** What a person sees, and what `DOCTOR_GITHUB_TOKEN` is for. */
const byAnAdministrator = (owner: string) =>
  `set DOCTOR_GITHUB_TOKEN to the token of somebody who administers ${owner} (Webhooks: read), or look at its Settings → Webhooks`;

/** Whether GitHub tells `serve` what happens, and whether that arrived. `now` in milliseconds. Pure. */
export function judgeWebhook(facts: HookFacts, now: number): Finding[] {
  const { owner, hooks } = facts;
  const here = check("webhook", owner);
  const skipped = (because: string) => check("webhook-deliveries", owner).skipped(because);
  if (hooks.kind !== "answer") {
    const because = generalRefusal(hooks)?.found ?? "the service's token may not read webhooks, and does not have to";
    return [here.skipped(because, byAnAdministrator(owner)), skipped("the webhook was not seen")];
  }
  const hook = hookIn(hooks.data, facts.expectedId);
  if (!hook)
    return [
      here.warning(
        `none of its ${hooks.data.length} webhooks is for ${webhookPath}: only watch finds what happens, some seconds later`,
        "add one (Settings → Webhooks): https://<your host>/webhooks/github, application/json, the secret of github-secret, the events Issues and Issue comments",
      ),
      skipped("there is no webhook"),
    ];
  const wrong = hookFaults(hook, facts.expectedId);
  const edit = `correct it: ${owner}, Settings → Webhooks, number ${hook.id}`;
  const shown = `number ${hook.id}, to ${URL.parse(hook.config.url ?? "")?.host}`;
  return [
    wrong.length > 0 ? here.fault(`${shown}: ${wrong.join("; ")}`, edit) : here.ok(shown),
    judgeDeliveries(facts, now),
  ];
}

function hookFaults({ id, active, events, config }: SeenHook, expectedId: number | undefined): string[] {
  const missing = neededEvents.filter((event) => !events.includes(event) && !events.includes("*"));
  return [
    ...(active ? [] : ["it is not active"]),
    ...(missing.length > 0 ? [`it sends no ${missing.join(", ")}`] : []),
    ...(config.content_type === "json"
      ? []
      : [`it sends ${config.content_type ?? "form"}, and serve takes application/json`]),
    ...(config.secret ? [] : ["it has no secret: serve refuses what it sends"]),
    ...(String(config.insecure_ssl ?? "0") === "0" ? [] : ["it does not look at the certificate of your host"]),
    ...(expectedId !== undefined && expectedId !== id
      ? [`watch is told to look after number ${expectedId} (github.hooks)`]
      : []),
  ];
}

const hints: readonly [codes: (code: number) => boolean, hint: string][] = [
  [(code) => code === 401, "the webhook's secret is not the one in github-secret: put the same into both"],
  [(code) => code === 404, `the address leads to something else than serve: it has to end in ${webhookPath}`],
  [(code) => code === 415, "the webhook does not send application/json"],
  [(code) => code === 503, "serve answers that Kafka is not there: look at the checks kafka-* and readiness"],
  [(code) => code >= 300 && code < 400, "the address sends elsewhere, where GitHub does not follow: correct it"],
  [() => true, "GitHub does not get to serve: look at name, certificate, Ingress and firewall of the address"],
];

function judgeDeliveries({ owner, deliveries }: HookFacts, now: number): Finding {
  const here = check("webhook-deliveries", owner);
  if (deliveries?.kind !== "answer") return here.skipped("GitHub does not tell them", byAnAdministrator(owner));
  const last = lastOfEach(deliveries.data.filter(({ delivered_at }) => now - Date.parse(delivered_at) < lately));
  if (last.length === 0) return here.ok("none in the last day");
  const failed = last.filter(({ status }) => status !== "OK");
  if (failed.length === 0) return here.ok(`${last.length} in the last day, all of them taken`);
  const counts = Map.groupBy(failed, ({ status, status_code: code }) => (code === 0 ? status : `${code} ${status}`));
  const found = `${failed.length} of ${last.length} in the last day were not taken (${[...counts].map(([what, of]) => `${of.length} × ${what}`).join(", ")})`;
  const newest = failed[0]?.status_code ?? 0;
  const fix = hints.find(([matches]) => matches(newest))?.[1] ?? "";
  // What failed and then worked again has most likely been put right.
  return last[0]?.status === "OK" ? here.warning(`${found}; the newest was`, fix) : here.fault(found, fix);
}

/** A delivery may be tried several times under one GUID: the newest try counts. Newest first. */
function lastOfEach(deliveries: readonly SeenDelivery[]): SeenDelivery[] {
  const seen = new Set<string>();
  return deliveries.filter(({ guid }) => {
    if (seen.has(guid)) return false;
    seen.add(guid);
    return true;
  });
}
