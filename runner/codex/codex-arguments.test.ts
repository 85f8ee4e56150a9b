import { describe, expect, test } from "vitest";
import { codexArguments } from "./codex-arguments.ts";

const call = {
  stage: "planning",
  workspace: "/workspace",
  modelBaseUrl: "http://127.0.0.1:1234/v1",
  outputSchemaFile: "/run/schema.json",
  answerFile: "/run/answer",
} as const;
const codex = { model: "gpt-6.1-sol", effort: "high", webSearch: "live", sandbox: "require" } as const;

function pairs(args: readonly string[], flag: string): string[] {
  return args.flatMap((arg, index) => (arg === flag ? [args[index + 1] ?? ""] : []));
}

describe("codexArguments", () => {
  test("calls codex exec with the provider that needs no key, and reads the prompt from stdin", () => {
    const args = codexArguments(codex, call);
    expect(args[0]).toBe("exec");
    expect(args.at(-1)).toBe("-");
    expect(args).toEqual(expect.arrayContaining(["--json", "--strict-config"]));
    expect(pairs(args, "-m")).toEqual(["gpt-6.1-sol"]);
    expect(pairs(args, "-C")).toEqual(["/workspace"]);
    expect(pairs(args, "--output-schema")).toEqual(["/run/schema.json"]);
    expect(pairs(args, "-o")).toEqual(["/run/answer"]);
    expect(pairs(args, "-c")).toEqual([
      'model_reasoning_effort="high"',
      'web_search="live"',
      'model_provider="mediator"',
      'model_providers.mediator.name="OpenAI"',
      'model_providers.mediator.base_url="http://127.0.0.1:1234/v1"',
      'model_providers.mediator.wire_api="responses"',
      'shell_environment_policy.inherit="core"',
      "shell_environment_policy.ignore_default_excludes=false",
      "allow_login_shell=false",
      "tools.update_plan.enabled=true",
      "analytics.enabled=false",
      "check_for_update_on_startup=false",
    ]);
    expect(pairs(args, "--disable")).toContain("unbounded_connection_retries");
  });

  test.each([
    ["planning", "require", ["read-only"], false],
    ["implementation", "require", ["workspace-write"], false],
    ["planning", "pod", [], true],
    ["implementation", "pod", [], true],
  ] as const)("%s with sandbox policy %s", (stage, sandbox, modes, bypassed) => {
    const args = codexArguments({ ...codex, sandbox }, { ...call, stage });
    expect(pairs(args, "-s")).toEqual(modes);
    expect(args.includes("--dangerously-bypass-approvals-and-sandbox")).toBe(bypassed);
  });

  test("gives commands their proxy, for HTTPS alone and not for what runs here, and no secret", () => {
    const args = codexArguments({ ...codex, sandbox: "pod" }, { ...call, commandProxy: "http://127.0.0.1:1234" });
    expect(pairs(args, "-c").filter((each) => each.includes(".set."))).toEqual([
      'shell_environment_policy.set.HTTPS_PROXY="http://127.0.0.1:1234"',
      'shell_environment_policy.set.https_proxy="http://127.0.0.1:1234"',
      'shell_environment_policy.set.NO_PROXY="localhost,127.0.0.1,::1"',
      'shell_environment_policy.set.no_proxy="localhost,127.0.0.1,::1"',
    ]);
  });

  test("never trusts what the repository configures", () => {
    const args = codexArguments({ ...codex, sandbox: "pod" }, call).join(" ");
    expect(args).not.toMatch(/--trust|hook-trust|--full-auto/);
  });
});
