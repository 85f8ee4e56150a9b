import { graph } from "./panels.ts";
import { ratePerMinute } from "./prom-ql.ts";
import { type Series, taskLag } from "./sources.ts";

/** What serve and watch do, and what they need for it: GitHub and Kafka. */
export function servicePanels({ serve, watch, both }: Series) {
  const published = both("froussard_publish_duration_seconds_bucket", { result: "ok" });
  const within = (share: number) => `histogram_quantile(${share}, sum by (le) (rate(${published}[$__rate_interval])))`;
  return [
    graph({
      title: "Webhooks",
      description: "Deliveries a minute, by event and verdict. Refused: the secret differs. Unavailable: Kafka.",
      lines: [
        [`sum by (event, verdict) (${ratePerMinute(serve("froussard_webhooks_total"))})`, "{{event}} {{verdict}}"],
      ],
    }),
    graph({
      title: "Redeliveries",
      description: "Failed deliveries that GitHub was asked to send again, per hour.",
      lines: [[`sum by (result) (increase(${watch("froussard_redeliveries_total")}[1h]))`, "{{result}}"]],
      stacked: true,
    }),
    graph({
      title: "Dead letters",
      description: "Task messages that became no Workflow, per hour. Any: look at the Sensor.",
      lines: [[`sum by (stage) (increase(${serve("froussard_dead_letters_total")}[1h]))`, "{{stage}}"]],
      stacked: true,
    }),
    graph({
      title: "Time to publish",
      description: "Until records were durable in Kafka. GitHub gives a delivery up after 10 seconds.",
      lines: [
        [within(0.5), "half"],
        [within(0.99), "99 of 100"],
      ],
      unit: "s",
      limit: 8,
    }),
    graph({
      title: "Publications that failed",
      description: "Per minute, by the error's code; the log says what to correct.",
      lines: [[`sum by (code) (${ratePerMinute(both("froussard_publish_errors_total"))})`, "{{code}}"]],
    }),
    graph({
      title: "Lag of the consumer",
      description: "Tasks in Kafka that Argo Events has not taken, by partition. From the Kafka Exporter.",
      lines: [[`sum by (partition) (${taskLag})`, "partition {{partition}}"]],
    }),
    graph({
      title: "Questions to GitHub",
      description: "Of the loop, a minute, by track and result. No `changes ok` for minutes: see the log.",
      lines: [
        [`sum by (track, result) (${ratePerMinute(watch("froussard_watch_ticks_total"))})`, "{{track}} {{result}}"],
      ],
    }),
    graph({
      title: "GitHub's allowance",
      description: "What the token has left until the hour is over, by kind. Near 0: who else uses the token?",
      lines: [[`min by (kind) (${both("froussard_github_allowance")})`, "{{kind}}"]],
    }),
    graph({
      title: "GraphQL points",
      description: "Points that were spent within an hour. At WATCH_POINTS_PER_HOUR the loop is held back.",
      lines: [[`sum by (job) (increase(${both("froussard_github_points_total")}[1h]))`, "{{job}}"]],
    }),
  ];
}
