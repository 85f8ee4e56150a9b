import { expect, test } from "vitest";
import { Metrics } from "./metrics.ts";

/** Prometheus' rules for names: a prefix, base units at the end, counters in `_total`. */
const units = ["_total", "_seconds", "_bytes"];
/** Counts of things that go up and down need no unit, what they count is in the name. */
const counted = ["froussard_pending_plans", "froussard_github_allowance"];

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
its own work, so sum over the replicas. What the process itself uses (\`process_…\`, \`nodejs_…\`) comes with them.
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
  metrics.loop = { pendingPlans: 3, oldestUnansweredSeconds: 61.5 };
  const text = await metrics.registry.metrics();
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
