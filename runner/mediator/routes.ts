import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type * as z from "zod";
import type { CodexSettings } from "../protocol.ts";
import { paths, progressReport, type RunResult, runResult } from "../protocol.ts";
import type { Mediator } from "./mediator.ts";
import { responsesCheck, searchCheck } from "./model/check-request.ts";
import { createInFlight, type InFlight } from "./model/in-flight.ts";
import { ModelError, runOver } from "./model/model-error.ts";
import type { ModelProxy } from "./model/model-proxy.ts";
import { parseJson } from "./server/parse-json.ts";
import { refusal, sendJson } from "./server/refusal.ts";
import type { Route } from "./server/start-server.ts";

const MiB = 1024 ** 2;
/** A report takes its turn so long: four a second are more than anybody reads. Milliseconds. */
const reportMs = 250;

/** Every path of the mediator, with its method and the size of its bodies (design §5). */
export function mediatorRoutes(
  mediator: Mediator,
  proxy: ModelProxy,
  codex: Omit<CodexSettings, "webSearch">,
): Record<string, Route> {
  /** Whoever holds the bearer may ask the model only while the task is being worked on: not before, and not afterwards. */
  const settings = async (): Promise<CodexSettings> => {
    const webSearch = await mediator.webSearch();
    if (!mediator.isWorking()) throw runOver("nothing is being worked on");
    return { ...codex, webSearch };
  };
  // Each takes disk and time here, and an agent needs one; of reports it sends one after the other.
  const packing = createInFlight(1, 2);
  const reporting = createInFlight(1, 1);
  return {
    [paths.task]: {
      method: "GET",
      handle: async (response) => sendJson(response, 200, await mediator.task()),
    },
    [paths.workspace]: {
      method: "GET",
      handle: async (response) => {
        const leave = await turn(packing, response);
        try {
          const pack = await mediator.workspace();
          response.writeHead(200, { "content-type": "application/octet-stream" });
          await pipeline(pack, response);
        } finally {
          leave();
        }
      },
    },
    [paths.progress]: {
      method: "POST",
      maxBytes: MiB,
      handle: async (response, body) => {
        const report = parse(progressReport, body);
        const leave = await turn(reporting, response);
        setTimeout(leave, reportMs).unref();
        await mediator.progress(report);
        response.writeHead(204).end();
      },
    },
    [paths.result]: {
      method: "POST",
      maxBytes: 64 * MiB,
      handle: async (response, body) =>
        sendJson(response, 200, await mediator.result(parse<RunResult>(runResult, body))),
    },
    [paths.responses]: {
      method: "POST",
      maxBytes: 32 * MiB,
      handle: async (response, body, { headers }) => {
        mediator.noteUserAgent(headers["user-agent"]);
        await proxy({ path: "/responses", check: responsesCheck(await settings()), body, headers, response });
      },
    },
    [paths.search]: {
      method: "POST",
      maxBytes: MiB,
      handle: async (response, body, { headers }) => {
        const known = await settings();
        if (known.webSearch === "disabled") throw refusal(404, "web search is off");
        await proxy({ path: "/alpha/search", check: searchCheck(known), body, headers, response });
      },
    },
  };
}

/** @throws ModelError 429 when too many wait already; the reason when the client goes away meanwhile */
async function turn(inFlight: InFlight, response: ServerResponse): Promise<() => void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort(refusal(499, "the client went away")));
  const leave = await inFlight.enter(gone.signal);
  if (!leave) throw refusal(429, "too many requests at a time", { "retry-after": "1" });
  return leave;
}

function parse<T>(schema: z.ZodType<T>, body: Buffer): T {
  const result = schema.safeParse(parseJson(body));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ModelError(400, `${issue?.path.join(".") || "body"}: ${issue?.message}`.slice(0, 500));
}
