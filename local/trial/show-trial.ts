import { inert, inertJson } from "../view/terminal-text.ts";
import type { TellTrial, TrialEvent } from "./trial-event.ts";

/** One JSON object a line, for machines. */
export function trialAsJson(print: (line: string) => void): TellTrial {
  return (event) => print(inertJson(event));
}

/** What people read of a trial; the time stands in front where something was waited for. */
export function trialAsText(print: (line: string) => void): TellTrial {
  return (event) => {
    for (const line of linesOf(event)) print(line);
  };
}

const margin = " ".repeat(12);
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function linesOf(event: TrialEvent): string[] {
  switch (event.event) {
    case "began":
      return [
        event.simulated
          ? `Trial between the simulators, in ${event.repository}: no GITHUB_TOKEN is set (npm run trial -- --help).`
          : `Trial in ${event.repository}, as ${event.person}. It looks every ${seconds(event.pollMs)}.`,
      ];
    case "opened":
      return [`${"0.0 s".padStart(10)}  opened issue #${event.number}: ${event.issue}`];
    case "seen":
      return [
        `${seconds(event.atMs).padStart(10)}  ${event.what} (after ${seconds(event.tookMs)})`,
        ...(event.url === undefined ? [] : [margin + event.url]),
      ];
    case "asked":
      return [`${margin}→ Read the plan and react to it with 👍, within ${event.minutes} minutes: ${event.url}`];
    case "reacted":
      return [`${margin}${event.by} reacted to it with 👍`];
    case "warning":
      return [`${margin}! ${inert(event.message)}`];
    case "checked":
      return [`${event.ok ? "✓" : "✗"} ${event.id.padEnd(16)} ${inert(event.found, 1_000)}`];
    case "cleaned":
      return [`cleaned up: ${event.what}`];
    case "left":
      return [`left behind: ${event.what} (${inert(event.reason)})`];
    case "failed":
      return [`✗ ${inert(event.message, 1_000)}`, ...event.look.map((line) => `    look: ${inert(line, 500)}`)];
    case "ended":
      return [
        event.ok
          ? `The issue became a plan, and the approved plan a draft pull request, in ${seconds(event.tookMs)}.`
          : `The trial failed after ${seconds(event.tookMs)}.`,
      ];
  }
}
