import type { TaskView } from "./view-state.ts";

const activities = {
  starting: "Codex starts",
  thinking: "Codex thinks",
  reading: "Codex reads files",
  running: "Codex runs a command",
  editing: "Codex edits files",
  searching: "Codex searches the web",
  answering: "Codex writes its answer",
} as const;

const publishing = {
  planning: "Codex is done; the plan is being posted",
  implementation: "Codex is done; the pull request is being opened",
} as const;

/** What a task does now, in a few words. */
export function activityText({ stage, progress }: Pick<TaskView, "stage" | "progress">): string {
  if (!progress) return "GitHub is asked, the repository fetched";
  const { phase, activity } = progress;
  if (phase === "publishing") return publishing[stage];
  if (phase === "ended") return "the end is being told";
  return activity === undefined ? "the sandbox is being set up" : activities[activity];
}
