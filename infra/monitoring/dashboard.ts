import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { figure, type graph } from "./panels.ts";
import { runPanels } from "./run-panels.ts";
import { servicePanels } from "./service-panels.ts";
import { seriesOf, taskLag } from "./sources.ts";

export interface DashboardOptions {
  /** Namespace of `serve` and `watch`. */
  namespace: string;
  /** Runs that one repository may have within 24 hours. */
  runsPerDay: number;
}

/** The dashboard of a deployment, as Grafana reads it: what people wait for first, then runs, then the service. */
export function dashboard({ namespace, runsPerDay }: DashboardOptions): Dashboard {
  const series = seriesOf(namespace);
  const { watch, serve } = series;
  const sections: readonly [title: string, panels: readonly ReturnType<typeof graph | typeof figure>[]][] = [
    [
      "Now",
      [
        figure({
          title: "Approvals waiting",
          description: "Plans that wait for a reaction or `/approve`.",
          lines: [[`max(${watch("froussard_pending_plans")})`, "plans"]],
        }),
        figure({
          title: "Oldest unanswered issue",
          description: "How long somebody has waited for a plan.",
          lines: [[`max(${watch("froussard_oldest_unanswered_issue_age_seconds")})`, "age"]],
          unit: "s",
        }),
        figure({
          title: "Oldest task without a trace",
          description: "Published, and no Workflow or comment of it is seen.",
          lines: [[`max(${watch("froussard_oldest_untraced_task_age_seconds")})`, "age"]],
          unit: "s",
          limit: 600,
        }),
        figure({
          title: "Dead letters today",
          description: "Task messages that became no Workflow, within 24 hours.",
          lines: [[`sum(increase(${serve("froussard_dead_letters_total")}[24h]))`, "letters"]],
          limit: 1,
        }),
        figure({
          title: "Tasks not consumed",
          description: "Lag of the consumer that makes Workflows of tasks. From the Kafka Exporter.",
          lines: [[`sum(${taskLag})`, "tasks"]],
          limit: 1,
        }),
        figure({
          title: "Pods of serve that are ready",
          description: "0: webhooks are not taken.",
          lines: [[`sum(${serve("froussard_ready")})`, "pods"]],
        }),
      ],
    ],
    ["Runs", runPanels(series, runsPerDay)],
    ["Service", servicePanels(series)],
  ];
  const builder = new DashboardBuilder("Froussard")
    .uid("froussard")
    .description("From issues to plans, and from approved plans to draft pull requests.")
    .tags(["froussard"])
    .timezone("browser")
    .readonly()
    .refresh("1m")
    .time({ from: "now-24h", to: "now" })
    .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"));
  let id = 1;
  for (const [title, panels] of sections) {
    builder.withRow(new RowBuilder(title).id(id++));
    for (const panel of panels) builder.withPanel(panel.id(id++));
  }
  return builder.build();
}
