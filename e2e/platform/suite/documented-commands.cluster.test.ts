import { markers } from "@froussard/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { wish } from "../simulated/wish.ts";
import { hasEnded } from "./agent-pod/runs.ts";
import { clusterCommands, documentedShell } from "./pipeline/documented-shell.ts";
import { openStory, repository, type Story } from "./pipeline/story.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const shell = documentedShell(deployment.cluster, process.env["PATH"]);
afterAll(() => shell[Symbol.dispose]());

let story: Story;
let variables: Record<string, string>;
const said = new Map<string, string>();
beforeAll(async () => {
  story = await openStory(deployment, { ...wish, title: `${wish.title} (for the documentation's commands)` });
  await story.plan();
  const [run] = await story.runs();
  variables = { WORKFLOW: run?.metadata.name ?? "", REPOSITORY: repository, ISSUE: String(story.number) };
});

describe("the documentation's commands do on a cluster what the pages say", () => {
  const starts = ({ script }: { script: string }) => script.includes("argo submit");
  const looks = clusterCommands().looks.filter((commands) => !starts(commands));
  test.concurrent.for(looks)("$id ($at)", { timeout: 420_000 }, async (commands) => {
    await shell.run(commands, variables);
  });

  // One after the other: two runs of one issue in one second may wait for each other (docs/operations.md).
  test.for(clusterCommands().looks.filter(starts))("$id ($at)", { timeout: 420_000 }, async (commands) => {
    said.set(commands.id, await shell.run(commands, variables));
  });

  test("a dry run shows its result in its log, and leaves nothing on GitHub", async () => {
    for (const id of ["dry-run-planning", "dry-run-implementation"]) {
      const name = /^Name:\s+(\S+)$/m.exec(said.get(id) ?? "")?.[1] ?? expect.unreachable(said.get(id));
      const log = await deployment.cluster.argo(["logs", name, "--namespace", deployment.namespaces.workflows]);
      expect(log, id).toMatch(/: \| \S/m);
    }
    const branches = (await deployment.simulated.pulls({ repository })).map(({ headBranch }) => headBranch);
    expect(branches.filter((branch) => branch.startsWith("codex/issue-999-"))).toEqual([]);
  });

  test("a run that a person starts of a plan that is there makes no other", async () => {
    await story.until("the end of both runs", async () => {
      const runs = await story.runs();
      return runs.length === 2 && runs.every(hasEnded);
    });
    expect([(await story.visible(markers.plan)).length, (await story.visible(markers.result)).length]).toEqual([1, 0]);
    expect(await story.pulls()).toEqual([]);
  });
});
