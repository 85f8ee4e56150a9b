import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Model, startModel } from "./start-model.ts";

let model: Model;
beforeEach(async () => {
  model = await startModel({
    apiKey: "sk-right-key-0000",
    script: () => [{ kind: "answer", text: "It is done, and it is good to see." }],
  });
});
afterEach(() => model.close());

const post = (body: unknown, more: { path?: string; key?: string; signal?: AbortSignal } = {}) =>
  fetch(`${model.url}${more.path ?? "/v1/responses"}`, {
    method: "POST",
    headers: { authorization: `Bearer ${more.key ?? "sk-right-key-0000"}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: more.signal ?? null,
  });
const request = { model: "gpt-6.1-sol", stream: true, input: "hello", prompt_cache_key: "k" };
const errorIn = async (response: Response | undefined) => {
  const { error }: { error: { message: string; code: string | null } } = JSON.parse((await response?.text()) ?? "{}");
  return error;
};
const eventsIn = (text: string) =>
  text
    .split("\n\n")
    .filter(Boolean)
    .map((block) => JSON.parse(block.replace(/^event: .*\ndata: /, "")));
const strict = (schema: object) => ({
  ...request,
  text: { format: { type: "json_schema", name: "plan", strict: true, schema } },
});

test("a streamed answer: every event in its order, numbered, with usage at the end", async () => {
  const events = eventsIn(await (await post(request)).text());
  const types = events.map((event) => event.type).filter((type, index, all) => type !== all[index - 1]);
  expect(types).toEqual([
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.output_item.done",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
  ]);
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
  const told = events.filter((event) => event.type === "response.output_text.delta").map((event) => event.delta);
  expect(told.join("")).toBe("It is done, and it is good to see.");
  const { usage } = events.at(-1).response;
  expect(usage.total_tokens).toBe(usage.input_tokens + usage.output_tokens);
  expect(usage.output_tokens_details.reasoning_tokens).toBeGreaterThan(0);
});

test("what was sent before counts as cached", async () => {
  const long = { ...request, input: "hello ".repeat(2_000) };
  const usage = async () => eventsIn(await (await post(long)).text()).at(-1).response.usage;
  expect((await usage()).input_tokens_details.cached_tokens).toBe(0);
  const again = await usage();
  expect(again.input_tokens_details.cached_tokens).toBeGreaterThan(1024);
  expect(again.input_tokens_details.cached_tokens).toBeLessThanOrEqual(again.input_tokens);
});

test("an answer beyond max_output_tokens is incomplete", async () => {
  const last = eventsIn(await (await post({ ...request, max_output_tokens: 5 })).text()).at(-1);
  expect(last).toMatchObject({
    type: "response.incomplete",
    response: { incomplete_details: { reason: "max_output_tokens" } },
  });
});

test.each<[name: string, send: () => Promise<Response>, status: number, words: string]>([
  [
    "a wrong key, shown by its ends",
    () => post(request, { key: "sk-wrong-key-9999" }),
    401,
    "Incorrect API key provided: sk-wrong****9999.",
  ],
  [
    "no key",
    () => fetch(`${model.url}/v1/responses`, { method: "POST" }),
    401,
    "Missing bearer or basic authentication in header",
  ],
  [
    "another path",
    () => post(request, { path: "/v1/chat/completions" }),
    404,
    "Invalid URL (POST /v1/chat/completions)",
  ],
  ["no JSON", () => post("hello"), 400, "expected object"],
  ["no stream", () => post({ ...request, stream: false }), 400, "stream"],
  [
    "an optional property in a strict schema",
    () => post(strict({ type: "object", properties: { a: { type: "string" } }, additionalProperties: false })),
    400,
    "Missing 'a'",
  ],
])("refuses %s", async (_name, send, status, words) => {
  const response = await send();
  expect(response.status).toBe(status);
  expect((await errorIn(response)).message).toContain(words);
});

test.each([
  ["unauthorized", 401, "invalid_api_key"],
  ["rate-limited", 429, "rate_limit_exceeded"],
  ["insufficient-quota", 429, "insufficient_quota"],
  ["context-length-exceeded", 400, "context_length_exceeded"],
  ["server-error", 500, null],
  ["overloaded", 503, "server_is_overloaded"],
] as const)("fault %s strikes when and as often as planned", async (kind, status, code) => {
  model.inject({ kind }, { after: 1, times: 2 });
  const responses = [await post(request), await post(request), await post(request), await post(request)];
  expect(responses.map((response) => response.status)).toEqual([200, status, status, 200]);
  expect((await errorIn(responses[1])).code).toBe(code);
  if (kind === "rate-limited") expect(responses[1]?.headers.get("retry-after")).toBe("1");
});

test("streams that break", async () => {
  model.inject({ kind: "cut-stream", events: 3 });
  await expect((await post(request)).text()).rejects.toThrow();
  model.inject({ kind: "failed", code: "server_error", message: "boom" });
  expect(eventsIn(await (await post(request)).text()).at(-1)).toMatchObject({
    type: "response.failed",
    response: { error: { message: "boom" } },
  });
  model.inject({ kind: "hang-stream" });
  const reader = (await post(request)).body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toContain("response.created");
  await reader?.cancel();
});

test("a hang lasts until the model is closed, and closing is never held up by it", async () => {
  model.inject({ kind: "hang" });
  const hanging = post(request).catch((error: Error) => error.message);
  await expect.poll(() => model.requests.length).toBe(1);
  await model.close();
  expect(await hanging).toBe("fetch failed");
});

test("search answers, and says that it is simulated", async () => {
  const response = await post(
    { id: "t", model: "m", commands: { search_query: [{ q: "units" }] } },
    { path: "/v1/alpha/search" },
  );
  expect(await response.json()).toEqual({ output: expect.stringMatching(/Simulated result for "units"/) });
});

test("an upgrade to WebSocket is answered 426", async () => {
  const socket = connect(Number(new URL(model.url).port), "127.0.0.1");
  socket.write("GET /v1/responses HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  const answer = await new Promise<string>((resolve) => socket.once("data", (data) => resolve(data.toString())));
  expect(answer).toMatch(/^HTTP\/1\.1 426 /);
});

test("models are told one by one and as a list, to who has the key", async () => {
  const some = await startModel({ apiKey: "k", models: ["gpt-6.1-sol", "gpt-6.1-mini"] });
  const none = await startModel({ listsModels: false });
  const get = (url: string, key = "k") => fetch(url, { headers: { authorization: `Bearer ${key}` } });
  try {
    const list: { data: { id: string }[] } = JSON.parse(await (await get(`${some.url}/v1/models`)).text());
    expect(list.data.map(({ id }) => id)).toEqual(["gpt-6.1-sol", "gpt-6.1-mini"]);
    expect((await get(`${some.url}/v1/models/gpt-6.1-mini`)).status).toBe(200);
    expect((await get(`${some.url}/v1/models`, "other")).status).toBe(401);
    const missing = await get(`${some.url}/v1/models/gpt-9`);
    expect(missing.status).toBe(404);
    expect(await errorIn(missing)).toMatchObject({ code: "model_not_found" });
    expect(await errorIn(await get(`${none.url}/v1/models`))).toMatchObject({
      code: null,
      message: "Invalid URL (GET /v1/models)",
    });
  } finally {
    await some.close();
    await none.close();
  }
});
