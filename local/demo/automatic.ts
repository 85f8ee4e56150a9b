import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { markers, parseRunIds } from "@froussard/contract";
import { inert } from "../view/terminal-text.ts";
import type { Steps } from "./steps.ts";
import { automation, maintainer, repository, type World } from "./world.ts";

const run = promisify(execFile);

/** What a maintainer might ask of the sample project. */
export const wish = {
  title: "Change the default precision from 2 to 3",
  body: [
    "Two decimal places are not enough for what we convert.",
    "",
    "Please change the default of `--precision` from `2` to `3`, in the code, its tests and the README.",
  ].join("\n"),
};

/** How long any single step may take. */
const patienceMs = 120_000;

/**
 * Plays the person: opens an issue, reacts to the plan with 👍, waits for the draft pull request, and fetches its branch
 * with plain git to see that the change is really there.
 * @throws Error that names the step that did not happen.
 */
export async function playThrough(world: World, steps: Steps): Promise<void> {
  const { github } = world;
  const home = github.repository(repository);
  const person = github.as(maintainer);
  const issue = person.openIssue(home, wish);
  steps.say(`${maintainer} opened issue #${issue.number}: ${wish.title}`);
  const ours = (marker: string) => () =>
    github
      .comments(home, issue.number)
      .find(({ author, body }) => author.login === automation && body?.startsWith(marker));
  /** Waits for a step, or for the pipeline's word that there will be none. */
  const wait = async <T extends object | true>(what: string, look: () => T | undefined | null | false): Promise<T> => {
    const failed = () => {
      const body = ours(markers.result)()?.body;
      const ids = body && parseRunIds(markers.result, body);
      return ids && ids.outcome !== "done" ? { failure: visible(body).join("\n") } : undefined;
    };
    const seen = await github.waitFor<T | { failure: string }>(what, () => failed() ?? look(), patienceMs);
    if (typeof seen === "object" && "failure" in seen) throw new Error(`instead of ${what}:\n${seen.failure}`);
    return seen;
  };

  await wait("👀 on the issue", () => issue.reactions.some(({ content }) => content === "eyes"));
  steps.say("the pipeline put 👀 on it: its task is in the queue");
  await wait("a progress comment", ours(markers.progress));
  steps.say("a run has begun: Codex reads the repository, in its sandbox");
  const plan = await wait("the plan comment", ours(markers.plan));
  steps.say("the plan is there, as a comment:");
  steps.quote(visible(plan.body ?? "").map((line) => inert(line)));

  // GitHub's times have whole seconds, and an approval must be strictly later than what it approves.
  while (Date.now() < plan.createdAt + 1000) await delay(plan.createdAt + 1000 - Date.now());
  person.react(plan, "+1");
  steps.say(`${maintainer} reacted to it with 👍`);
  await wait("🚀 on the plan", () => plan.reactions.some(({ content }) => content === "rocket"));
  steps.say("the pipeline put 🚀 on the plan: it is being carried out");
  const pull = await wait("a pull request", () => github.pulls(home)[0]);
  if (!pull.pull.draft) throw new Error(`pull request #${pull.number} is not a draft`);
  steps.say(`draft pull request #${pull.number}: ${pull.title}`);
  await wait("the closing comment", ours(markers.result));

  const diff = await fetchedDiff(`${github.url}/${repository}.git`, pull.pull.headBranch);
  if (!diff.includes("|")) throw new Error(`the branch ${pull.pull.headBranch} changes nothing`);
  steps.say(`git fetch of ${pull.pull.headBranch} shows the change:`);
  steps.quote(
    diff
      .trimEnd()
      .split("\n")
      .map((line) => inert(line)),
  );
}

/** What a reader of the comment sees of its first lines. */
function visible(body: string): string[] {
  const text = body.replaceAll(/<!--[\s\S]*?-->/g, "").trim();
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 14 ? [...lines.slice(0, 13), `… (${lines.length - 13} more lines)`] : lines;
}

/** Fetches a branch with plain git, as anybody would, and answers its statistics against `main`. */
async function fetchedDiff(url: string, branch: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "froussard-fetch-"));
  try {
    const git = (...args: string[]) => run("git", args, { cwd: folder, timeout: 30_000 });
    await git("init", "--quiet");
    await git("fetch", "--quiet", url, "main:base", `${branch}:change`);
    return (await git("diff", "--stat", "base", "change")).stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
