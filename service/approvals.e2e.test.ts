import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { issueTextSha256, markedComment, markers, planBody, subjectId, taskId } from "@froussard/contract";
import { startGitHub } from "@froussard/simulators/github/start";
import { pino } from "pino";
import { expect, test } from "vitest";
import { readWatchConfig } from "./config.ts";
import { openService } from "./open-service.ts";
import { startWatch } from "./watch/start-watch.ts";

/**
 * Real time against the simulated GitHub: plans are posted, their progress comments edited and 👍 given at moments that
 * fall anywhere between two looks of the loop. An approval that a look just missed must not be missed for good.
 */
test("of twenty 👍 at any moment, each is found within seconds", async () => {
  const folder = await mkdtemp(join(tmpdir(), "froussard-approvals-"));
  const github = await startGitHub();
  for (const login of ["gregkonush", "codex-automation"]) github.addUser({ login });
  const home = await github.addRepository({
    owner: "gregkonush",
    name: "lab",
    collaborators: { "codex-automation": "write" },
  });
  const config = readWatchConfig({
    GITHUB_TOKEN: github.token("codex-automation"),
    GITHUB_API_BASE_URL: github.apiUrl,
    CODEX_TRIGGER_LOGINS: "gregkonush",
    CODEX_REPOSITORIES: "gregkonush/lab",
    FROUSSARD_QUEUE: join(folder, "queue.db"),
    WATCH_REPOSITORY_SECONDS: "3",
    WATCH_FRESH_PLAN_SECONDS: "3",
  });
  const service = await openService(config, { log: pino({ enabled: false }) });
  const watching = startWatch(service, config);
  const person = github.as("gregkonush");
  const bot = github.as("codex-automation");

  const latencyOf = async (number: number): Promise<number> => {
    // Two marks an issue, and marks keep the pace of writes that GitHub asks for: one a second.
    await delay(number * 2_500 + Math.random() * 700);
    const issue = person.openIssue(home, { title: `Wish ${number}`, body: "" });
    const has = (target: typeof issue | ReturnType<typeof bot.comment>, content: string) => () =>
      target.reactions.some((reaction) => reaction.content === content);
    await github.waitFor(`👀 on issue ${number}`, has(issue, "eyes"), 30_000);
    const about = "issue" as const;
    const subject = subjectId({ repositoryId: home.id, issueId: issue.id, stage: "planning", about });
    const ids = { taskId: taskId("planning", issue.number, subject, 0), subjectId: subject, about };
    const progress = bot.comment(issue, markedComment(markers.progress, { ...ids, stage: "planning" }, "working"));
    await delay(Math.random() * 3_000);
    const issueIds = { repositoryId: home.id, issueId: issue.id, issueTextSha256: issueTextSha256(issue.title, "") };
    const plan = bot.comment(issue, planBody("1. Do it.", { ...ids, ...issueIds, baseCommit: "a".repeat(40) }, ""));
    await delay(Math.random() * 800);
    bot.editComment(progress, markedComment(markers.progress, { ...ids, stage: "planning", outcome: "done" }, "ended"));
    await delay(Math.max(0, plan.createdAt + 1_050 - Date.now()) + Math.random() * 3_000);
    const approved = performance.now();
    person.react(plan, "+1");
    await github.waitFor(`🚀 on the plan of issue ${number}`, has(plan, "rocket"), 30_000);
    return performance.now() - approved;
  };

  try {
    const latencies = await Promise.all(Array.from({ length: 20 }, (_, number) => latencyOf(number)));
    expect(latencies.toSorted((a, b) => a - b)[10]).toBeLessThan(5_000);
  } finally {
    await watching.stop();
    await service.close();
    await github.close();
    await rm(folder, { recursive: true });
  }
});
