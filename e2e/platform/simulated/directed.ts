import { exec, type ModelScript, type Move, scriptOf } from "@froussard/simulators/model/script";

/** Commands that the model runs in every run whose prompt holds `match`. */
export interface Directive {
  match: string;
  commands: readonly string[];
  /** The whole answer, JSON as the prompt asks for it. @default the other script goes on as if nothing had been run */
  answer?: string | undefined;
}

/** A model that first does what it is told from outside, and then what the other script does. */
export function directed(directives: readonly Directive[], other: ModelScript): ModelScript {
  return (request) => {
    const found = directives.find(({ match }) => request.prompt.includes(match));
    if (!found) return other(request);
    const moves = scriptOf(function* (): Generator<Move, string> {
      for (const command of found.commands) yield exec(command);
      return found.answer ?? "";
    })(request);
    const isOver = moves.some(({ kind }) => kind === "answer");
    if (!isOver || found.answer !== undefined) return moves;
    return other({ ...request, calls: request.calls.slice(found.commands.length) });
  };
}
