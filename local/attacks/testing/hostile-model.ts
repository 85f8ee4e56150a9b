import type { Outcome } from "@froussard/simulators/model/outcome";
import { exec, type ModelScript, type Move, type Story, scriptOf } from "@froussard/simulators/model/script";

/** What a hostile model does in the two stages of one issue. A stage without a story is answered at once and harmlessly. */
export interface HostileStories {
  plan?: Story;
  work?: Story;
}

export const harmlessPlan = {
  summary: "Change a word.",
  steps: [{ title: "Change it", detail: "In the README." }],
  files: [],
  commands: [],
  risks: [],
  tests: [],
  openQuestions: [],
};
export const harmlessReport = { title: "Change a word", summary: "Changed a word.", tests: [] };

const rest: Required<HostileStories> = {
  plan: runCommands([], new Map(), harmlessPlan),
  work: function* () {
    yield exec("echo changed > CHANGED.md");
    return JSON.stringify(harmlessReport);
  },
};

/** A model that is told by the key, which stands in its title, what to do; one model serves many attacks. */
export function createHostileModel() {
  const stories = new Map<string, HostileStories>();
  const script: ModelScript = (request) => {
    const stage = JSON.stringify(request.outputSchema ?? {}).includes("openQuestions") ? "plan" : "work";
    const key = [...stories.keys()].find((each) => request.prompt.includes(each)) ?? "";
    return scriptOf(stories.get(key)?.[stage] ?? rest[stage])(request);
  };
  return { script, stories };
}

/** Runs commands one after the other; `seen` gets what each printed, by command. Ends with the answer given. */
export function runCommands(
  commands: readonly string[],
  seen: Map<string, string>,
  answer: object = harmlessReport,
): Story {
  return function* (): Generator<Move, string, Outcome> {
    for (const command of commands) {
      const { stdout, error } = yield exec(command);
      seen.set(command, error ?? stdout);
    }
    return JSON.stringify(answer);
  };
}
