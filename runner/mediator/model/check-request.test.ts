import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CodexSettings } from "../../protocol.ts";
import { responsesCheck, searchCheck } from "./check-request.ts";
import { ModelError } from "./model-error.ts";

const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", `request-${name}.json`), "utf8"));
/** Recorded from Codex 0.169, texts shortened. */
const lite = fixture("lite");
const classic = fixture("classic");
const settings = (model: unknown, webSearch: CodexSettings["webSearch"] = "live"): CodexSettings => ({
  model: String(model),
  effort: "high",
  webSearch,
  sandbox: "require",
});
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const sent = (request: Record<string, unknown>, webSearch: CodexSettings["webSearch"] = "live") =>
  JSON.parse(responsesCheck(settings(request["model"], webSearch))(bytes(request)).body(1_234));

describe("what Codex sends passes in both dialects", () => {
  test.each([
    ["lite", lite],
    ["classic", classic],
  ])("%s", (_, request) => {
    const { client_metadata: metadata, ...kept } = request;
    expect(metadata).toBeDefined();
    expect(sent(request)).toEqual({ ...kept, max_output_tokens: 1_234 });
  });

  test("web access is set, not believed", () => {
    const tool = (body: { tools: { type: string }[] }) => body.tools.find(({ type }) => type === "web_search");
    expect(tool(sent(classic, "live"))).toMatchObject({ external_web_access: true });
    expect(tool(sent(classic, "cached"))).toMatchObject({ external_web_access: false });
  });

  test("a bound on the answer that the request asks for is told", () => {
    expect(responsesCheck(settings(lite["model"]))(bytes({ ...lite, max_output_tokens: 77 })).askedOutputTokens).toBe(
      77,
    );
  });
});

const message = (content: unknown) => ({ type: "message", role: "user", content });
const tools = (...list: object[]) => ({ type: "additional_tools", role: "developer", tools: list });

describe("everything else is refused by name", () => {
  test.each<[string, Record<string, unknown>]>([
    ["bogus", { bogus: 1 }],
    ["conversation", { conversation: "conv_1" }],
    ["prompt", { prompt: { id: "pmpt_1" } }],
    ["metadata", { metadata: { a: "b" } }],
    ["__proto__", JSON.parse('{"__proto__": {"store": true}}')],
    ["model", { model: "gpt-5-pro" }],
    ["stream", { stream: false }],
    ["store", { store: true }],
    ["store", { store: undefined }],
    ["background", { background: true }],
    ["previous_response_id", { previous_response_id: "resp_1" }],
    ["reasoning.effort", { reasoning: { effort: "xhigh" } }],
    ["service_tier", { service_tier: "priority" }],
    ["include.0", { include: ["file_search_call.results"] }],
    ["max_output_tokens", { max_output_tokens: -1 }],
    ["text.format.type", { text: { format: { type: "grammar" } } }],
    ["tool_choice", { tool_choice: { type: "mcp", server_label: "x" } }],
    ["tools.0.type", { tools: [{ type: "mcp", server_label: "x", server_url: "https://evil.example" }] }],
    ["tools.0.type", { tools: [{ type: "code_interpreter", container: { type: "auto" } }] }],
    ["tools.0.type", { tools: [{ type: "image_generation" }] }],
    ["tools.0.type", { tools: [{ type: "file_search", vector_store_ids: ["vs_1"] }] }],
    ["tools.0.execution", { tools: [{ type: "tool_search", execution: "server" }] }],
    ["tools.0.sources", { tools: [{ type: "web_search", sources: [] }] }],
    ["input", { input: "do evil" }],
    ["input.0.type", { input: [{ type: "item_reference", id: "msg_1" }] }],
    ["input.0.type", { input: [{ type: "mcp_call", server_label: "x" }] }],
    ["input.0.type", { input: [{ role: "user", content: "without a type" }] }],
    ["input.0.tools.0.type", { input: [tools({ type: "mcp", server_url: "https://evil.example" })] }],
    ["input.0.tools.0.tools.0.type", { input: [tools({ type: "namespace", name: "x", tools: [{ type: "mcp" }] })] }],
    ["input.0.reasoning.effort", { input: [{ type: "configuration_update", reasoning: { effort: "ultra" } }] }],
    ["input.0.model", { input: [{ type: "configuration_update", model: "gpt-5-pro", reasoning: {} }] }],
    [
      "input.0.content.0.image_url",
      { input: [message([{ type: "input_image", image_url: "https://evil.example/?q" }])] },
    ],
    [
      "input.0.content.0.image_url",
      { input: [message([{ type: "input_image", image_url: { url: "https://evil.example/?q" } }])] },
    ],
    ["input.0.content.0.file_id", { input: [message([{ type: "input_file", file_id: "file-1" }])] }],
    ["input.0.content.0.file_url", { input: [message([{ type: "input_file", file_url: "https://evil.example" }])] }],
    [
      "input.0.output.0.image_url",
      {
        input: [
          { type: "function_call_output", call_id: "c", output: [{ type: "input_image", image_url: "http://x" }] },
        ],
      },
    ],
  ])("%s", (param, change) => {
    const request = { ...lite, ...change };
    for (const key of Object.keys(change))
      Object.defineProperty(request, key, { value: change[key], enumerable: true });
    const check = responsesCheck(settings(lite["model"]));
    expect(() => check(bytes(request))).toThrow(expect.objectContaining({ status: 400, param }));
  });

  test("web search when it is off", () => {
    const check = responsesCheck(settings(classic["model"], "disabled"));
    expect(() => check(bytes(classic))).toThrow(/^tools\.\d+\.type/);
  });

  test.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["broken UTF-8", Buffer.from([0x22, 0xff, 0x22])],
    ["nothing", ""],
  ])("%s", (_, body) => {
    expect(() => responsesCheck(settings("m"))(Buffer.from(body))).toThrow(ModelError);
  });

  test("a key that stands twice is checked and sent with its one value", () => {
    const text = JSON.stringify({ ...lite, input: [] }).replace("{", '{"model":"gpt-5-pro","store":true,');
    const check = responsesCheck(settings(lite["model"]));
    const request = check(Buffer.from(text)).body(9);
    expect(request.match(/"(?:model|store)":/g)).toHaveLength(2);
    expect(request).not.toContain("gpt-5-pro");
    const evil = JSON.stringify({ ...lite, input: [] }).replace(/}$/, ',"store":true}');
    expect(() => check(Buffer.from(evil))).toThrow(expect.objectContaining({ param: "store" }));
  });

  test("a reference behind a prototype's name is found, wherever it lies", () => {
    const input = '[{"type":"message","content":[{"__proto__":{"file_id":"file-1"}}]}]';
    const text = JSON.stringify({ ...lite, input: [] }).replace('"input":[]', `"input":${input}`);
    const check = responsesCheck(settings(lite["model"]));
    const sentOn = () => check(Buffer.from(text)).body(9);
    expect(sentOn).toThrow(expect.objectContaining({ param: "input.0.content.0.__proto__.file_id" }));
  });

  test.each(["1e999", "-1", "0", "1.5", "9007199254740993", '"9"', "true"])("a bound of %s", (bound) => {
    const text = JSON.stringify({ ...lite, input: [] }).replace(/}$/, `,"max_output_tokens":${bound}}`);
    expect(() => responsesCheck(settings(lite["model"]))(Buffer.from(text))).toThrow(
      expect.objectContaining({ param: "max_output_tokens" }),
    );
  });

  test("pictures inside the request pass", () => {
    const input = [message([{ type: "input_image", image_url: "data:image/png;base64,AA==" }])];
    expect(sent({ ...lite, input }).input).toEqual(input);
  });
});

describe("web search of the lite dialect", () => {
  /** As Codex 0.169 sends it, the conversation left out. */
  const search = {
    id: "s",
    model: "m",
    commands: { search_query: [{ q: "x" }] },
    settings: { external_web_access: true },
  };

  test("access and bound are set", () => {
    expect(JSON.parse(searchCheck(settings("m", "cached"))(bytes(search)).body(9))).toEqual({
      ...search,
      settings: { external_web_access: false },
      max_output_tokens: 9,
    });
  });

  test.each([
    ["model", { model: "other" }],
    ["url", { url: "https://evil.example" }],
    ["commands", { commands: "x" }],
    ["input.0.image_url", { input: [{ type: "input_image", image_url: "https://evil.example" }] }],
  ])("refuses %s", (param, change) => {
    expect(() => searchCheck(settings("m"))(bytes({ ...search, ...change }))).toThrow(
      expect.objectContaining({ param }),
    );
  });
});
