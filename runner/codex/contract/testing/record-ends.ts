import { exec, scriptOf } from "@froussard/simulators/model/script";
import type { CallOptions, Codex, Turn, TurnOptions } from "./open-codex.ts";
import { models } from "./record-turns.ts";
import { inTurn, kindOf, type Recording } from "./recording.ts";

const failing = scriptOf(function* () {
  yield exec("exit 1");
  return "{}";
});
const signalled = (name: NodeJS.Signals): CallOptions & Pick<TurnOptions, "fault"> => ({
  fault: "hang",
  signal: { name, after: "turn.started" },
});

const ends: Readonly<Record<string, Partial<TurnOptions>>> = {
  "a turn whose commands all failed": {},
  "a quota that is used up": { fault: "insufficient-quota" },
  "no repository, policy require": { repository: false, settings: { sandbox: "require" } },
  "an empty prompt": { stdin: "" },
  SIGTERM: signalled("SIGTERM"),
  SIGHUP: signalled("SIGHUP"),
  SIGINT: signalled("SIGINT"),
};

/** How Codex ends: exit code, last event, and whether there is an answer; and the form of its version. */
export async function recordEnds(codex: Codex): Promise<Recording> {
  const turns = await inTurn(
    Object.entries(ends),
    async ([name, options]): Promise<[string, Turn]> => [
      name,
      await codex.turn({ model: models[0], script: failing, ...options }),
    ],
  );
  const { exit, stdout } = await codex.call(["--version"]);
  return {
    "exit codes": Object.fromEntries(turns.map(([name, turn]) => [name, turn.exit])),
    "last events": Object.fromEntries(turns.map(([name, { events }]) => [name, lastOf(events.at(-1))])),
    "answers (the -o file)": Object.fromEntries(
      turns.map(([name, { answer }]) => [name, answer === "" ? "empty" : (answer ?? "not written")]),
    ),
    "answer to --version": { "exit code": exit, form: stdout.trim().replace(/\d+(\.\d+)+/, "<version>") },
  };
}

function lastOf(event: Turn["events"][number] | undefined): string {
  if (!event) return "none";
  const error = event["error"] as Readonly<Record<string, unknown>> | undefined;
  return error ? `${event.type} with error.message: ${kindOf(error["message"])}` : event.type;
}
