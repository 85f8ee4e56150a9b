import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import { describe, expect, test } from "vitest";
import { Metrics } from "../../service/metrics.ts";
import { listAt, textAt, under } from "../references/tree.ts";
import { SettingsError } from "../settings/read-settings.ts";
import type { SettingsInput } from "../settings/schema.ts";
import { deployment, everythingOn, object, settingsWith } from "../testing/deployment.ts";
import { dashboard } from "./dashboard.ts";
import { namedMetrics } from "./named-metrics.ts";
import { runbookUrl } from "./runbook-url.ts";
import { foreignMetrics } from "./sources.ts";

const manifests = deployment(settingsWith(everythingOn));
const rules = listAt(object(manifests, "PrometheusRule", "froussard"), "spec.groups").flatMap((group) =>
  listAt(group, "rules"),
);
const alertNames = rules.flatMap((rule) => textAt(rule, "alert") ?? []);
const page = readFileSync(join(import.meta.dirname, "../../docs/alerts.md"), "utf8");

const made = dashboard({ namespace: "froussard", runsPerDay: 100 });
const isRow = (panel: Panel | RowPanel): panel is RowPanel => panel.type === "row";
const panels = (made.panels ?? []).filter((panel): panel is Panel => !isRow(panel));
const lines = panels.flatMap((panel) => under(panel.targets, "expr").map(String));

/** Ours by their programs and the WorkflowTemplate, others by the list of where they come from. */
const ofService = new Metrics().registry
  .getMetricsAsArray()
  .map((metric) => (metric as unknown as { name: string }).name);
const priced = deployment(settingsWith({ codex: { prices: "input=1,output=2" } }));
const ofRuns = under(object(priced, "WorkflowTemplate"), "prometheus")
  .flat()
  .map((metric) => `argo_workflows_${textAt(metric, "name")}`);
const recorded = rules.flatMap((rule) => textAt(rule, "record") ?? []);
const known = new Set([...ofService, ...ofRuns, ...recorded, ...Object.keys(foreignMetrics)]);
const unknownIn = (expressions: readonly string[]) =>
  expressions
    .flatMap(namedMetrics)
    .filter((name) => !known.has(name) && !known.has(name.replace(/_(?:bucket|sum|count)$/, "")));

describe("the alerts", () => {
  test("each has its entry in the runbook, and the runbook no other", () => {
    expect([...page.matchAll(/^## (Froussard\w+)$/gm)].map(([, name]) => name).toSorted()).toEqual(
      alertNames.toSorted(),
    );
  });

  test("each says how bad it is, what happens, what it means, and where to read on", () => {
    for (const rule of rules.filter((each) => textAt(each, "alert") !== undefined)) {
      const name = textAt(rule, "alert") ?? "";
      expect(["critical", "warning"]).toContain(textAt(rule, "labels.severity"));
      for (const text of ["summary", "description"]) expect(textAt(rule, `annotations.${text}`)).toMatch(/\w \w/);
      expect(textAt(rule, "annotations.runbook_url")).toBe(
        `https://github.com/gregkonush/lab/blob/main/docs/alerts.md#${name.toLowerCase()}`,
      );
    }
    expect(new Set(alertNames).size).toBe(alertNames.length);
  });

  test("read metrics that exist", () => {
    expect(unknownIn(rules.flatMap((rule) => textAt(rule, "expr") ?? []))).toEqual([]);
    expect(unknownIn(["sum(froussard_webhook_total)"])).toEqual(["froussard_webhook_total"]);
  });

  test("a loop that is set to be slow is given time", () => {
    const slow = { ...everythingOn, service: { loop: { repositorySeconds: 1800 } } };
    const [rule] = listAt(object(deployment(settingsWith(slow)), "PrometheusRule"), "spec.groups")
      .flatMap((group) => listAt(group, "rules"))
      .filter((each) => textAt(each, "alert") === "FroussardWatchNotTicking");
    expect(textAt(rule, "expr")).toContain("[90m]");
    expect(textAt(rule, "annotations.summary")).toContain("100 minutes");
  });

  test("follow the bounds in the settings", () => {
    const { spec } = object(
      deployment(settingsWith({ ...everythingOn, codex: { runsPerDay: 7, deadlineMinutes: 30 } })),
      "PrometheusRule",
    ) as unknown as { spec: unknown };
    const expressions = under(spec, "expr").join("\n");
    expect(expressions).toMatch(/froussard_day_runs\{[^}]*\}\) >= 6$/m);
    // 75 minutes until a failure is told, 80 for an attempt of 30.
    expect(expressions).toMatch(/froussard_oldest_unanswered_issue_age_seconds\{[^}]*\}\) > 9300$/m);
  });
});

describe("the dashboard", () => {
  test("ids, titles and places are each panel's own", () => {
    const all = made.panels ?? [];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
    const places = all.flatMap(({ gridPos: { x, y, w, h } = { x: -1, y: -1, w: 0, h: 0 } }) => {
      expect(x >= 0 && x + w <= 24 && w > 0 && h > 0).toBe(true);
      return Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`);
    });
    expect(new Set(places).size).toBe(places.length);
  });

  test("each panel says what is to be seen, and asks the Prometheus that the viewer chose", () => {
    expect(made.templating?.list?.map(({ name, type }) => `${type} ${name}`)).toEqual(["datasource datasource"]);
    for (const panel of panels) {
      expect(panel.description).toMatch(/\w \w.*[.?]$/);
      expect(panel.targets?.length).toBeGreaterThan(0);
      for (const uid of under(panel, "datasource").map((each) => textAt(each, "uid"))) expect(uid).toBe("$datasource");
    }
  });

  test("reads metrics that exist", () => {
    expect(lines.length).toBeGreaterThan(20);
    expect(unknownIn(lines)).toEqual([]);
  });

  test("the page about it tells each metric that the platform counts for us", () => {
    expect([...page.matchAll(/^\| `(argo_workflows_codex_\w+)`/gm)].map(([, name]) => name).toSorted()).toEqual(
      [...new Set(ofRuns)].toSorted(),
    );
  });

  test("shows each metric of ours but those of the process", () => {
    const shown = new Set(lines.flatMap(namedMetrics).map((name) => name.replace(/_bucket$/, "")));
    const left = [...ofService, ...ofRuns].filter((name) => !shown.has(name));
    expect(left).toEqual(["froussard_watch_tick_duration_seconds"]);
  });
});

describe("settings", () => {
  const off: Partial<SettingsInput> = { monitoring: { serviceMonitor: true } };

  test("without them there is neither alert nor dashboard", () => {
    for (const settings of [settingsWith(), settingsWith(off)])
      expect(
        deployment(settings).filter(
          ({ kind, metadata }) => kind === "PrometheusRule" || metadata?.name?.includes("dashboard"),
        ),
      ).toEqual([]);
  });

  test("the dashboard is where and as Grafana's sidecar looks for it", () => {
    const dashboardSettings = {
      enabled: true,
      namespace: "grafana",
      labels: { "example.org/dashboard": "yes" },
      folder: "Agents",
    };
    const [map] = deployment(settingsWith({ monitoring: { dashboard: dashboardSettings } })).filter(
      ({ metadata }) => metadata?.name === "froussard-dashboard",
    );
    expect(map?.metadata).toMatchObject({
      namespace: "grafana",
      labels: { "example.org/dashboard": "yes" },
      annotations: { grafana_folder: "Agents" },
    });
    const text = (map as unknown as { data: Record<string, string> }).data["froussard.json"] ?? "";
    expect(JSON.parse(text)).toMatchObject({ uid: "froussard", title: "Froussard" });
  });

  test.each<[string, SettingsInput["monitoring"], string]>([
    ["alerts without metrics", { alerts: true }, "monitoring.alerts: needs monitoring.serviceMonitor"],
    ["a label that is none", { dashboard: { labels: { grafana_dashboard: "a b" } } }, "monitoring.dashboard.labels"],
    ["no label", { dashboard: { labels: {} } }, "monitoring.dashboard.labels: must be at least one label"],
    ["a runbook with a password", { runbookUrl: "https://me:secret@example.org/x" }, "monitoring.runbookUrl"],
    ["a folder over two lines", { dashboard: { folder: "a\nb" } }, "monitoring.dashboard.folder"],
  ])("%s is refused", (_, monitoring, message) => {
    expect(() => settingsWith({ monitoring })).toThrow(SettingsError);
    expect(() => settingsWith({ monitoring })).toThrow(message);
  });

  test.each([
    ["https://github.com/octocat/hello.git", "https://github.com/octocat/hello/blob/main/docs/alerts.md"],
    ["git@github.example.com:octocat/hello.git", "https://github.example.com/octocat/hello/blob/main/docs/alerts.md"],
    [
      "ssh://git@github.example.com:22/octocat/hello",
      "https://github.example.com/octocat/hello/blob/main/docs/alerts.md",
    ],
  ])("alerts of %s lead to its page", (repoUrl, url) => {
    expect(runbookUrl(settingsWith({ argoCd: { repoUrl } }))).toBe(url);
  });

  test("another runbook can be set", () => {
    const settings = settingsWith({ monitoring: { runbookUrl: "https://wiki.example.org/alerts" } });
    expect(runbookUrl(settings)).toBe("https://wiki.example.org/alerts");
  });
});
