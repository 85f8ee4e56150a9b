import type { Alert } from "./alert.ts";
import { grown } from "./prom-ql.ts";
import type { Series } from "./sources.ts";

/** GitHub gives a token 5,000 REST requests and as many GraphQL points an hour at least. */
const allowance = 5_000;

/** By which the alerts about the programs are measured. */
export interface ServiceBounds {
  /** Between two questions of `watch` for changes. */
  loopSeconds: number;
}

/** What is wrong with `serve` and `watch`, with Kafka as they see it, and with GitHub. */
export function serviceAlerts({ serve, watch, both }: Series, { loopSeconds }: ServiceBounds): Alert[] {
  // The loop backs off for minutes when GitHub refuses; one that is set to be slow is seen by its third question.
  const quietMinutes = Math.max(10, Math.ceil((3 * loopSeconds) / 60));
  const refused = `sum(${grown(serve("froussard_webhooks_total", { verdict: "refused", event: "!other" }), "30m")})`;
  const received = `sum(${grown(serve("froussard_webhooks_total"), "30m")})`;
  return [
    {
      name: "FroussardServeDown",
      severity: "critical",
      expression: `(max(${serve("froussard_ready")}) or vector(0)) < 1`,
      // Longer than a new pod takes to be ready. What GitHub could not deliver meanwhile the loop finds.
      forMinutes: 5,
      summary: "No pod of serve takes webhooks",
      description:
        "No pod of serve is there and ready. GitHub's deliveries fail; watch still finds what they would have told, later.",
    },
    {
      name: "FroussardWatchNotTicking",
      severity: "critical",
      expression: `(sum(increase(${watch("froussard_watch_ticks_total", { track: "changes", result: "ok" })}[${quietMinutes}m])) or vector(0)) < 1`,
      forMinutes: 10,
      summary: `watch has not asked GitHub successfully for ${quietMinutes + 10} minutes`,
      description:
        "Approvals by reaction are not seen, lost webhooks are not made up for, and runs that end without a word are not told.",
    },
    {
      name: "FroussardPublishErrors",
      severity: "critical",
      expression: `sum(${grown(both("froussard_publish_errors_total"), "10m")}) > 0`,
      // A broker that restarts is borne by the producer's own tries and by GitHub's next delivery.
      forMinutes: 10,
      summary: "Records cannot be published to Kafka",
      description:
        "{{ $value | humanize }} publications failed within 10 minutes, and some did all the time before. Webhooks are answered 503 meanwhile; nothing is lost, everything is late.",
    },
    {
      name: "FroussardWebhooksRefused",
      severity: "warning",
      expression: `(${refused} >= 3) and (${refused} > 0.1 * ${received})`,
      forMinutes: 5,
      summary: "GitHub's webhooks are refused",
      description:
        "{{ $value | humanize }} webhooks within 30 minutes were refused, more than a tenth of all: most likely the webhook's secret is not the one in the Secret.",
    },
    {
      name: "FroussardGitHubAllowanceLow",
      severity: "warning",
      expression: `min by (kind) (${both("froussard_github_allowance")}) < ${allowance / 10}`,
      // Allowances are renewed each hour: a few minutes before that it may be low once.
      forMinutes: 10,
      summary: "GitHub's {{ $labels.kind }} allowance is nearly used up",
      description:
        "{{ $value | humanize }} are left until the next hour. The loop slows down, and what else uses the token may be refused.",
    },
  ];
}
