import { exec, type Move, patch, say, scriptOf, type TodoStatus } from "@froussard/simulators/model/script";
import type { LoggedRequest } from "@froussard/simulators/model/start-model";
import { responsesCheck, searchCheck } from "../../../mediator/model/check-request.ts";
import { type CodexSettings, paths } from "../../../protocol.ts";
import type { Codex, RawEvent, Turn } from "./open-codex.ts";
import { distinct, inTurn, kindOf, type Recording } from "./recording.ts";

type Json = Readonly<Record<string, unknown>>;
/** One model of each dialect. */
export const models = ["gpt-6.1-sol", "gpt-5.5"] as const;
const report = JSON.stringify({ title: "Greet", summary: "Greets.", tests: [] });

const todo = (status: TodoStatus): Move => ({ kind: "todo", steps: [{ step: "look", status }] });

/** Everything that a turn can hold, once. */
const everything = scriptOf(function* () {
  yield say("I look.");
  yield todo("in_progress");
  yield exec("cat README.md");
  yield exec("exit 3");
  yield todo("completed");
  yield patch(
    "*** Begin Patch\n*** Update File: README.md\n@@\n-teh\n+the\n*** Add File: new.txt\n+new\n*** End Patch\n",
  );
  yield { kind: "search", query: "units" };
  yield exec("rm new.txt");
  return report;
});

/** A whole turn with each dialect: its events, and what it asks the model. */
export async function recordTurns(codex: Codex): Promise<Recording> {
  const turns = await inTurn(models, (model) => codex.turn({ model, script: everything }));
  const events = turns.flatMap((turn) => turn.events);
  const recording: Recording = {
    "events of a turn": distinct(events.map(eventName)),
    "fields of events": distinct(events.flatMap((event) => fieldsOf(event.type, event))),
    "fields of items": distinct(events.flatMap((event) => fieldsOf(itemOf(event)?.["type"], itemOf(event)))),
    "fields of usage": distinct(events.flatMap(({ usage }) => fieldsOf("usage", usage))),
    "words for states": distinct(
      events.flatMap((event) =>
        itemOf(event)?.["status"] ? [`${itemOf(event)?.["type"]}: ${itemOf(event)?.["status"]}`] : [],
      ),
    ),
  };
  for (const [index, model] of models.entries()) Object.assign(recording, requestsOf(model, turns[index] as Turn));
  return recording;
}

function itemOf({ item }: RawEvent): Json | undefined {
  return item as Json | undefined;
}
function eventName(event: RawEvent): string {
  const item = itemOf(event);
  return item ? `${event.type} of ${item["type"]}` : event.type;
}
function fieldsOf(name: unknown, value: unknown): string[] {
  return typeof value === "object" && value !== null
    ? Object.entries(value).map(([key, each]) => `${name}.${key}: ${kindOf(each)}`)
    : [];
}

function requestsOf(model: string, { requests, events, tokens, exit, answer }: Turn): Recording {
  const responses = requests.filter(({ path }) => path === paths.responses);
  const bodies = responses.map(({ body }) => body as Json);
  const [first = {}] = bodies;
  const items = bodies.flatMap((body) => body["input"] as Json[]);
  const usage = events.findLast(({ type }) => type === "turn.completed")?.["usage"] as Json | undefined;
  const constant = (key: string) => distinct(bodies.map((body) => JSON.stringify(body[key]) ?? "absent")).join(" or ");
  const format = (first["text"] as Json | undefined)?.["format"] as Json | undefined;
  return {
    [`calls of ${model}`]: distinct(requests.map(({ method, path }) => `${method} ${path}`)),
    [`headers to ${model}`]: distinct(requests.flatMap(({ headers }) => Object.keys(headers))),
    [`top-level keys of requests to ${model}`]: distinct(
      bodies.flatMap((body) => Object.entries(body).map(([key, value]) => `${key}: ${kindOf(value)}`)),
    ),
    [`input items of ${model}`]: distinct(items.map(({ type, role }) => (role ? `${type} of ${role}` : String(type)))),
    [`tools of ${model}`]: toolsOf(first),
    [`values in requests to ${model}`]: {
      ...Object.fromEntries(
        ["model", "store", "stream", "tool_choice", "parallel_tool_calls", "include", "service_tier"].map((key) => [
          key,
          constant(key),
        ]),
      ),
      reasoning: constant("reasoning"),
      "text.format": `${format?.["type"]}, strict ${format?.["strict"]}, name ${format?.["name"]}`,
      prompt_cache_key:
        new Set(bodies.map((body) => body["prompt_cache_key"])).size === 1 ? "the same in all" : "several",
      client_metadata: distinct(Object.keys((first["client_metadata"] as Json | undefined) ?? {})).join(", "),
    },
    [`end of a turn with ${model}`]: {
      "exit code": exit,
      "the -o file": answer === report ? "the last message" : (JSON.stringify(answer) ?? "not written"),
      "usage.input_tokens":
        usage?.["input_tokens"] === tokens.input ? "those of all requests" : "not those of all requests",
      "usage.output_tokens":
        usage?.["output_tokens"] === tokens.output ? "those of all requests" : "not those of all requests",
    },
    [`mediator's word on requests of ${model}`]: distinct(requests.map((request) => verdict(model, request))),
    ...searchOf(model, requests),
  };
}

/** Whether the mediator would let a request through, as it stands today. */
function verdict(model: string, { path, body }: LoggedRequest): string {
  const settings: CodexSettings = { model, effort: "high", webSearch: "live", sandbox: "pod" };
  const check = path === paths.search ? searchCheck(settings) : responsesCheck(settings);
  try {
    check(Buffer.from(JSON.stringify(body)));
    return `${path}: passed on`;
  } catch (error) {
    return `${path}: ${error instanceof Error ? error.message : error}`;
  }
}

/** In either dialect: in `tools`, or in an input item, there in namespaces. */
export function toolsOf(body: Json): string[] {
  const inItems = ((body["input"] as Json[] | undefined) ?? []).flatMap(
    (item) => (item["tools"] as Json[] | undefined) ?? [],
  );
  const all = [...((body["tools"] as Json[] | undefined) ?? []), ...inItems];
  return distinct(
    all.flatMap((tool) =>
      tool["type"] === "namespace"
        ? (tool["tools"] as Json[]).map((each) => `${tool["name"]}.${each["name"]} (${each["type"]})`)
        : [tool["name"] === undefined ? String(tool["type"]) : `${tool["name"]} (${tool["type"]})`],
    ),
  );
}

function searchOf(model: string, requests: readonly LoggedRequest[]): Recording {
  const body = requests.find(({ path }) => path === paths.search)?.body as Json | undefined;
  if (!body) return {};
  return {
    [`search requests of ${model}`]: distinct([
      ...Object.entries(body).map(([key, value]) => `${key}: ${kindOf(value)}`),
      ...fieldsOf("commands", body["commands"]),
      ...fieldsOf("settings", body["settings"]),
    ]),
  };
}
