import { cutVisibly, visibleText } from "@froussard/contract";

/** Most characters of a result that go into the log. */
const most = 60_000;

/**
 * The result of a dry run as lines of the pod's log, where it is all that is left of it: the pod's folder goes with the pod.
 * It is text of the model: nothing in it moves a terminal's cursor, and each line begins with `| `, so that none can pass
 * for one of ours. Pure.
 */
export function dryRunLog(text: string): string {
  const lines = cutVisibly(visibleText(text), most).split("\n");
  return lines.map((line) => `${`| ${line}`.trimEnd()}\n`).join("");
}
