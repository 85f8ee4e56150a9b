import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AttackedMediator, startAttackedMediator } from "./testing/attacked-mediator.ts";

type Body = Record<string, unknown>;
type Mediator = Awaited<ReturnType<AttackedMediator["start"]>>;

const fixture = (name: string): Body =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, "..", "mediator", "model", "fixtures", `request-${name}.json`), "utf8"),
  );
/** As Codex sends them, in its two dialects. */
const lite = { ...fixture("lite"), model: "gpt-6.1-sol" };
const classic = { ...fixture("classic"), model: "gpt-6.1-sol" };
const say = (content: unknown) => ({ type: "message", role: "user", content });
const tool = (more: Body) => ({ type: "additional_tools", role: "developer", tools: [more] });

let world: AttackedMediator;
let mediator: Mediator;
const spent = () => {
  const { inputTokens, outputTokens } = mediator.record().ledger;
  return inputTokens + outputTokens;
};
async function open(): Promise<void> {
  world = await startAttackedMediator();
  mediator = await world.start("planning", { CODEX_WEB_SEARCH: "cached" });
  await mediator.call({});
}
async function close(): Promise<void> {
  for (const { headers } of world.model.requests)
    expect(headers.authorization).toBe(`Bearer ${world.secrets.openaiKey}`);
  expect(world.canary.visits()).toBe(0);
  await world.close();
}
const ask = (body: Body, headers: Record<string, string> = {}) => mediator.post("/v1/responses", body, headers);

test("what Codex sends does reach the model, so that a refusal below means something", async () => {
  await open();
  expect((await ask(lite)).status).toBe(200);
  expect((await ask(classic)).status).toBe(200);
  expect(world.model.requests).toHaveLength(2);
  expect(spent()).toBeGreaterThan(0);
  await close();
});

describe("the model is asked for nothing else: no request leaves, no token is spent", () => {
  beforeAll(open);
  afterAll(close);

  test.each<[string, Body]>([
    ["a dearer model", { ...lite, model: "gpt-6.1-pro" }],
    ["a model by a longer name", { ...lite, model: "gpt-6.1-sol-2026" }],
    ["more effort", { ...lite, reasoning: { effort: "ultra" } }],
    [
      "more effort, hidden in an item",
      { ...lite, input: [{ type: "configuration_update", reasoning: { effort: "ultra" } }] },
    ],
    ["a faster, dearer tier", { ...lite, service_tier: "priority" }],
    ["a stored response", { ...lite, store: true }],
    ["a response in the background", { ...lite, background: true }],
    ["somebody else's response", { ...lite, previous_response_id: "resp_0123" }],
    ["somebody else's conversation", { ...lite, conversation: "conv_0123" }],
    ["a conversation of its own", { ...lite, conversation: { id: "conv_0123" } }],
    ["a stored prompt", { ...lite, prompt: { id: "pmpt_0123", variables: {} } }],
    ["a stored item", { ...lite, input: [{ type: "item_reference", id: "msg_0123" }] }],
    ["code interpreter", { ...classic, tools: [{ type: "code_interpreter", container: { type: "auto" } }] }],
    ["file search", { ...classic, tools: [{ type: "file_search", vector_store_ids: ["vs_1"] }] }],
    [
      "an MCP server",
      {
        ...classic,
        tools: [{ type: "mcp", server_label: "x", server_url: "https://evil.example.org", require_approval: "never" }],
      },
    ],
    [
      "an MCP server in the other dialect",
      { ...lite, input: [tool({ type: "mcp", server_label: "x", server_url: "https://evil.example.org" })] },
    ],
    [
      "an MCP server in a namespace",
      { ...lite, input: [tool({ type: "namespace", name: "n", tools: [{ type: "mcp", server_label: "x" }] })] },
    ],
    [
      "an MCP connector, by its id",
      { ...classic, tools: [{ type: "mcp", connector_id: "connector_gmail", authorization: "x" }] },
    ],
    ["image generation", { ...classic, tools: [{ type: "image_generation" }] }],
    [
      "computer use",
      {
        ...classic,
        tools: [{ type: "computer_use_preview", display_width: 1, display_height: 1, environment: "linux" }],
      },
    ],
    ["a hosted shell", { ...classic, tools: [{ type: "shell", environment: { type: "container_auto" } }] }],
    ["the older web search", { ...classic, tools: [{ type: "web_search_preview" }] }],
    ["tool search on the server", { ...classic, tools: [{ type: "tool_search", execution: "server" }] }],
    ["a tool chosen by force", { ...lite, tool_choice: { type: "mcp", server_label: "x" } }],
    [
      "a picture by its address",
      { ...lite, input: [say([{ type: "input_image", image_url: "https://evil.example.org/?secret" }])] },
    ],
    [
      "a picture by an object's address",
      { ...lite, input: [say([{ type: "input_image", image_url: { url: "https://evil.example.org" } }])] },
    ],
    [
      "a file by its address",
      { ...lite, input: [say([{ type: "input_file", file_url: "https://evil.example.org" }])] },
    ],
    ["a stored file", { ...lite, input: [say([{ type: "input_file", file_id: "file-1" }])] }],
    ["results of stored files", { ...lite, include: ["file_search_call.results"] }],
    ["log probabilities and metadata", { ...lite, metadata: { carried: "out" }, top_logprobs: 20 }],
    ["a safety identifier and a user", { ...lite, user: "somebody", safety_identifier: "somebody" }],
    ["a cache kept for a day", { ...lite, prompt_cache_retention: "24h" }],
    ["no stream", { ...lite, stream: false }],
    ["a negative bound", { ...lite, max_output_tokens: -1 }],
    ["no input", { model: lite.model, stream: true, store: false }],
    [
      "a duplicate key's second value",
      JSON.parse(`{"model":"gpt-6.1-sol","model":"gpt-6.1-pro","stream":true,"store":false,"input":[]}`),
    ],
  ])("%s", async (_, body) => {
    const answer = await ask(body);
    expect(answer.status).toBe(400);
    expect(world.model.requests).toEqual([]);
    expect(spent()).toBe(0);
  });

  test.each([
    ["GET", "/v1/models"],
    ["POST", "/v1/files"],
    ["GET", "/v1/files"],
    ["POST", "/v1/embeddings"],
    ["POST", "/v1/chat/completions"],
    ["POST", "/v1/images/generations"],
    ["GET", "/v1/responses/resp_0123"],
    ["GET", "/v1/responses"],
    ["DELETE", "/v1/responses/resp_0123"],
    ["POST", "/v1/responses/resp_0123/cancel"],
    ["POST", "/v1/responses/compact"],
    ["POST", "/v1/vector_stores"],
    ["POST", "/v1/realtime/client_secrets"],
    ["GET", "/v1/organization/admin_api_keys"],
    ["POST", "/v1/responses/"],
    ["POST", "/v1/responses?store=true"],
    ["POST", "/v1//responses"],
    ["POST", "/v1/responses/../files"],
    ["POST", "/v1/alpha/search/../../files"],
  ])("%s %s", async (method, path) => {
    const answer = await mediator.call({ method, path, ...(method === "POST" && { body: lite }) });
    expect([404, 405]).toContain(answer.status);
    expect(world.model.requests).toEqual([]);
  });
});

describe("what is set, not believed", () => {
  beforeEach(open);
  afterEach(close);

  test("of two keys of one name the one that is judged is the one that is sent", async () => {
    const text = JSON.stringify(lite).replace('"store":false', '"store":true,"store":false');
    expect((await mediator.post("/v1/responses", text)).status).toBe(200);
    expect(world.model.requests[0]?.body).toMatchObject({ store: false });
  });

  const live = (type: string) => ({ type, external_web_access: true });

  test.each([
    ["a tool", { ...classic, tools: [live("web_search")] }],
    [
      "a tool in an item",
      { ...lite, input: [...(lite as unknown as { input: object[] }).input, tool(live("web_search"))] },
    ],
  ])("live web access by %s is taken away where only the cache is allowed", async (_, body) => {
    await ask(body);
    expect(world.model.requests).toHaveLength(1);
    const sent = JSON.stringify(world.model.requests[0]?.body);
    expect(sent).toContain('"external_web_access":false');
    expect(sent).not.toContain('"external_web_access":true');
  });

  test("live web access by the search endpoint is taken away as well", async () => {
    const answer = await mediator.post("/v1/alpha/search", {
      id: "s",
      model: "gpt-6.1-sol",
      commands: { search_query: [{ q: "x" }] },
      settings: { external_web_access: true },
    });
    expect(answer.status).toBe(200);
    expect(world.model.requests[0]?.body).toMatchObject({ settings: { external_web_access: false } });
  });

  test("headers of one's own do not pass: no other key, organization, project or cookie", async () => {
    await ask(lite, {
      "openai-organization": "org-evil",
      "openai-project": "evil",
      cookie: "evil=1",
      "x-api-key": "evil",
      "x-forwarded-for": "evil",
    });
    expect(world.model.requests).toHaveLength(1);
    expect(JSON.stringify(world.model.requests[0]?.headers)).not.toContain("evil");
  });

  test("ids of the machine do not pass", async () => {
    await ask({ ...lite, client_metadata: { installation: "evil" } });
    expect(JSON.stringify(world.model.requests[0]?.body)).not.toContain("evil");
  });
});

describe("the budget holds", () => {
  const limit = 60_000;
  afterEach(close);
  beforeEach(async () => {
    world = await startAttackedMediator();
    mediator = await world.start("planning", { CODEX_WEB_SEARCH: "disabled", CODEX_TOKEN_BUDGET: String(limit) });
    await mediator.call({});
  });
  /** What a request may cost at most, as it was sent. */
  const worst = () =>
    world.model.requests.map(({ body }) => {
      const { max_output_tokens: output } = body as { max_output_tokens: number };
      return output;
    });
  const plain = {
    ...lite,
    input: (lite as unknown as { input: { type: string }[] }).input.filter(({ type }) => type !== "additional_tools"),
  };

  test("an enormous bound is cut to the budget", async () => {
    await ask({ ...plain, max_output_tokens: 1_000_000_000 });
    expect(world.model.requests).toHaveLength(1);
    expect(worst()[0]).toBeLessThanOrEqual(limit);
    expect(spent()).toBeLessThanOrEqual(limit);
  });

  test("many requests side by side reserve no more than there is", async () => {
    await Promise.all(
      Array.from({ length: 30 }, () => ask({ ...plain, max_output_tokens: 20_000 }).catch(() => undefined)),
    );
    expect(spent()).toBeLessThanOrEqual(limit);
    expect(world.model.requests.length).toBeGreaterThan(0);
  });

  test("streams that are broken off are paid, so that nothing is had for nothing", async () => {
    world.model.inject({ kind: "hang-stream" }, { times: 50 });
    for (let n = 0; n < 8; n++) await mediator.raw(head(JSON.stringify({ ...plain, max_output_tokens: 9_000 })));
    await expect.poll(() => spent(), { timeout: 10_000 }).toBeGreaterThan(0);
    expect(spent()).toBeLessThanOrEqual(limit);
    expect(worst().reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(limit);
  });

  test("input that is larger than the budget is not sent", async () => {
    const answer = await ask({ ...plain, input: [say([{ type: "input_text", text: "x ".repeat(150_000) }])] });
    expect(answer.status).toBe(429);
    expect(world.model.requests).toEqual([]);
  });

  test("after the end of the run nothing is spent any more", async () => {
    await mediator.post("/result", { kind: "failure", code: "agent-failed", detail: "enough" });
    const before = world.model.requests.length;
    const answer = await ask(plain);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(world.model.requests.length).toBe(before);
  });

  test("before the task was taken nothing is spent", async () => {
    await mediator.stop();
    mediator = await world.start("planning", { CODEX_WEB_SEARCH: "disabled" });
    expect((await ask(plain)).status).toBeGreaterThanOrEqual(400);
    expect(world.model.requests).toEqual([]);
  });

  /** A whole request whose sender hangs up at once. */
  function head(body: string): string {
    return `POST /v1/responses HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${mediator.bearer}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
  }
});
