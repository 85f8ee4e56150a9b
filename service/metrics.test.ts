import { expect, test } from "vitest";
import { Metrics } from "./metrics.ts";

/** Prometheus' rules for names: a prefix, base units at the end, counters in `_total`. */
const units = ["_total", "_seconds", "_bytes"];
/** Counts of things that go up and down need no unit, what they count is in the name. */
const counted = ["froussard_pending_plans", "froussard_github_allowance", "froussard_day_runs", "froussard_ready"];

interface Described {
  name: string;
  type: string;
  help: string;
  labelNames?: readonly string[];
}

/** The registry knows more of its metrics than its types say. */
const described = ({ registry }: Metrics) =>
  registry.getMetricsAsArray().map((metric) => {
    const { labelNames = [] } = metric as unknown as Described;
    return { ...(metric as unknown as Described), labelNames };
  });

const head = `# Metrics

\`serve\` (at \`PORT\`) and \`watch\` (at \`WATCH_PORT\`) show these at \`/metrics\`, in Prometheus' text form; each process counts
its own work, so sum over the replicas. What the process itself uses (\`process_…\`, \`nodejs_…\`) comes with them. What runs
came to is counted by Argo's controller; [alerts and dashboard](alerts.md) tell how, and what is made of all this.
This page is written by \`service/metrics.test.ts\` from the help texts; \`vitest run --project service service/metrics -u\` renews it.

| name | type | labels | what it tells |
| --- | --- | --- | --- |
`;

test("docs/metrics.md tells of every metric", async () => {
  const rows = described(new Metrics())
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      ({ name, type, labelNames, help }) =>
        `| \`${name}\` | ${type} | ${labelNames.map((label) => `\`${label}\``).join(", ")} | ${help} |\n`,
    );
  await expect(head + rows.join("")).toMatchFileSnapshot("../docs/metrics.md");
});

test("names end in what is counted, in base units, and help says more than the name", () => {
  for (const { name, type, help } of described(new Metrics())) {
    expect(name).toMatch(/^froussard_[a-z_]+$/);
    expect(name.endsWith("_total"), name).toBe(type === "counter");
    if (!counted.includes(name))
      expect(
        units.some((unit) => name.endsWith(unit)),
        name,
      ).toBe(true);
    expect(help.length, name).toBeGreaterThan(40);
  }
});

test("what the loop knows is asked at each scrape; without a loop it is 0", async () => {
  const metrics = new Metrics();
  expect(await metrics.registry.metrics()).toMatch(/^froussard_pending_plans 0$/m);
  metrics.loop = {
    ...{ pendingPlans: 3, oldestUnansweredSeconds: 61.5, oldestUntracedSeconds: 700 },
    dayRuns: new Map([["octocat/hello", 4]]),
  };
  const text = await metrics.registry.metrics();
  expect(text).toMatch(/^froussard_oldest_untraced_task_age_seconds 700$/m);
  expect(text).toMatch(/^froussard_day_runs\{repository="octocat\/hello"\} 4$/m);
  expect(text).toMatch(/^froussard_pending_plans 3$/m);
  expect(text).toMatch(/^froussard_oldest_unanswered_issue_age_seconds 61\.5$/m);
});

test("a task published again counts twice as published, once as published again", async () => {
  const metrics = new Metrics();
  for (const again of [false, true]) metrics.notePublished("planning", again);
  const text = await metrics.registry.metrics();
  expect(text).toMatch(/^froussard_tasks_published_total\{stage="planning"\} 2$/m);
  expect(text).toMatch(/^froussard_tasks_republished_total\{stage="planning"\} 1$/m);
});

test("what counts rare events is there from the start, so that the first one is an increase", async () => {
  const text = await new Metrics().registry.metrics();
  expect(text).toMatch(/^froussard_dead_letters_total\{stage="implementation"\} 0$/m);
  expect(text).toMatch(/^froussard_tasks_republished_total\{stage="planning"\} 0$/m);
  expect(text).toMatch(/^froussard_failures_told_total\{code="no-progress"\} 0$/m);
});

test("whether the process is ready is asked at each scrape", async () => {
  const metrics = new Metrics();
  expect(await metrics.registry.metrics()).toMatch(/^froussard_ready 1$/m);
  metrics.notReady = async () => "Kafka is not there";
  expect(await metrics.registry.metrics()).toMatch(/^froussard_ready 0$/m);
});

test("an allowance is shown until its reset, and not for hours after", async () => {
  const metrics = new Metrics();
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  metrics.noteAllowance({ kind: "rest", cost: 0, remaining: 40, resetAt: at(60_000) });
  metrics.noteAllowance({ kind: "graphql", cost: 3, remaining: 0, resetAt: at(-1) });
  const text = await metrics.registry.metrics();
  expect(text).toMatch(/^froussard_github_allowance\{kind="rest"\} 40$/m);
  expect(text).not.toContain('kind="graphql"');
  expect(text).toMatch(/^froussard_github_points_total 3$/m);
});
