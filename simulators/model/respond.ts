import type { Fault } from "./fault.ts";
import { parseRequest, type ResponsesBody } from "./request.ts";
import { type Ending, type ResponseEvent, responseEvents } from "./response-events.ts";
import type { ModelScript } from "./script.ts";
import { type OutputItem, reasoningItem, toOutputItem } from "./tool-items.ts";
import { reasoningTokens, tokensIn, usageOf } from "./usage.ts";

/**
 * What the model streams for a request: the script's moves as output items, with the usage they cost.
 *
 * @param before the input of the last request with the same cache key, "" if there was none
 */
export function respond(
  body: ResponsesBody,
  script: ModelScript,
  before: string,
  fault: Fault | undefined,
): ResponseEvent[] {
  const request = parseRequest(body);
  const moves = fault?.kind === "answer" ? [{ kind: "answer", text: fault.text } as const] : script(request);
  const said = moves.map((move) => toOutputItem(move, request.dialect));
  const visible = tokensIn(JSON.stringify(said));
  const reasoning = reasoningTokens(visible, request.effort);
  const items: OutputItem[] = reasoning > 0 ? [reasoningItem(reasoning), ...said] : said;
  const usage = usageOf(inputOf(body), before, visible, reasoning);
  if (fault?.kind === "failed") {
    return responseEvents(body.model, [], usage, {
      status: "failed",
      error: { code: fault.code, message: fault.message },
    });
  }
  const cut =
    fault?.kind === "incomplete" || usage.output_tokens > (body.max_output_tokens ?? Number.POSITIVE_INFINITY);
  const ending: Ending = { status: cut ? "incomplete" : "completed" };
  return responseEvents(body.model, cut ? items.slice(0, -1) : items, usage, ending);
}

/** What is paid as input, and cached by its beginning. */
export const inputOf = (body: ResponsesBody): string =>
  JSON.stringify([body.instructions ?? null, body.tools ?? null, body.input]);
