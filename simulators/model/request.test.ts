import { expect, test } from "vitest";
import { parseRequest, responsesBodySchema } from "./request.ts";

const text = (role: string, said: string) => ({ type: "message", role, content: [{ type: "input_text", text: said }] });
const parse = (body: object) => parseRequest(responsesBodySchema.parse({ stream: true, ...body }));

const declared = (name: string) =>
  `### \`${name}\`\n\`\`\`ts\ndeclare const tools: { ${name}(args: {}): Promise<unknown>; };\n\`\`\``;
const lite = {
  model: "gpt-6.1-sol",
  reasoning: { effort: "high", context: "all_turns" },
  input: [
    {
      type: "additional_tools",
      role: "developer",
      tools: [
        {
          type: "namespace",
          name: "functions",
          tools: [
            {
              type: "custom",
              name: "exec",
              description: ["exec_command", "apply_patch", "web__run"].map(declared).join("\n"),
            },
          ],
        },
      ],
    },
    text("developer", "You are Codex."),
    text("user", "<environment_context>\n  <cwd>/repo</cwd>\n</environment_context>"),
    text("user", "Rename a to b"),
    { type: "configuration_update", reasoning: { effort: "high" } },
  ],
};

test("lite: tools are read from the additional item, the prompt is what the user wrote", () => {
  const request = parse(lite);
  expect(request).toMatchObject({
    dialect: "lite",
    effort: "high",
    prompt: "Rename a to b",
    instructions: expect.stringContaining("You are Codex."),
  });
  expect([...request.tools]).toEqual(["exec_command", "apply_patch", "web_search"]);
});

test("classic: tools are read from the field", () => {
  const tools = [
    { type: "function", name: "exec_command" },
    { type: "custom", name: "apply_patch" },
    { type: "web_search" },
  ];
  const request = parse({
    model: "gpt-5.5",
    tools,
    input: "hello",
    text: { verbosity: "low", format: { type: "json_schema", schema: { type: "object" } } },
  });
  expect(request).toMatchObject({ dialect: "classic", prompt: "hello", outputSchema: { type: "object" } });
  expect([...request.tools]).toEqual(["exec_command", "apply_patch", "web_search"]);
});

test("calls since the last prompt, with their outcomes, in order", () => {
  const calls = parse({
    ...lite,
    input: [
      ...lite.input,
      { type: "custom_tool_call", name: "exec", call_id: "c0", input: "0" },
      { type: "custom_tool_call_output", call_id: "c0", output: "ignored: before the last prompt" },
      text("user", "And now c"),
      { type: "reasoning", summary: [], encrypted_content: "x" },
      { type: "custom_tool_call", name: "exec", call_id: "c1", input: "1" },
      {
        type: "custom_tool_call_output",
        call_id: "c1",
        output: [
          { type: "input_text", text: "Script completed\nWall time 0.1 seconds\nOutput:\n" },
          { type: "input_text", text: '{"exitCode":0,"stdout":"one"}' },
        ],
      },
      { type: "function_call", name: "exec_command", call_id: "c2", arguments: "{}" },
    ],
  }).calls;
  expect(calls.map((call) => [call.callId, call.outcome?.stdout])).toEqual([
    ["c1", "one"],
    ["c2", undefined],
  ]);
});

test("waiting is folded into the call that is waited for", () => {
  const header = "Chunk ID: a\nWall time: 1.0 seconds\n";
  const { calls } = parse({
    model: "gpt-5.5",
    input: [
      text("user", "go"),
      { type: "function_call", name: "exec_command", call_id: "c1", arguments: "{}" },
      {
        type: "function_call_output",
        call_id: "c1",
        output: `${header}Process running with session ID 7\nOutput:\nfirst `,
      },
      { type: "function_call", name: "write_stdin", call_id: "c2", arguments: '{"session_id":7,"chars":""}' },
      { type: "function_call_output", call_id: "c2", output: `${header}Process exited with code 2\nOutput:\nsecond` },
    ],
  });
  expect(calls).toMatchObject([{ callId: "c1", running: undefined, outcome: { exitCode: 2, stdout: "first second" } }]);
});

test("a request without a stream is refused", () => {
  expect(responsesBodySchema.safeParse({ model: "m", input: "hello" }).success).toBe(false);
});
