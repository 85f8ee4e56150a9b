import type { Stage } from "@froussard/contract";
import type { CodexSettings } from "../protocol.ts";

export interface CodexCall {
  stage: Stage;
  /** The working copy. */
  workspace: string;
  /** Where Codex reaches the model: `http://127.0.0.1:<port>/v1`. */
  modelBaseUrl: string;
  /** JSON Schema of the answer. */
  outputSchemaFile: string;
  /** Codex writes its last message there; a stale file would stay, so it must not exist before. */
  answerFile: string;
  /** The way out for commands: a proxy for HTTPS, `http://127.0.0.1:<port>`. Codex itself does not use it. */
  commandProxy?: string;
}

/** A value of `-c key=value` is TOML; a JSON string is a TOML basic string. */
const config = (key: string, value: string | boolean) => ["-c", `${key}=${JSON.stringify(value)}`];

/**
 * Where commands find their proxy. In both spellings: curl reads the small one, others the large one. Not `HTTP_PROXY`:
 * what is not encrypted is not passed on.
 */
function proxyVariables(proxy: string): string[] {
  const variables = { HTTPS_PROXY: proxy, NO_PROXY: "localhost,127.0.0.1,::1" };
  return Object.entries(variables).flatMap(([name, value]) =>
    [name, name.toLowerCase()].flatMap((each) => config(`shell_environment_policy.set.${each}`, value)),
  );
}

/**
 * Arguments of `codex exec`; the prompt goes to stdin. Nothing in them comes from an issue, and nothing is a secret:
 * the provider "mediator" asks for no key. Its name must be `OpenAI`: under another one newer models are offered no web search.
 */
export function codexArguments(codex: CodexSettings, call: CodexCall): string[] {
  const sandbox = call.stage === "planning" ? "read-only" : "workspace-write";
  return [
    "exec",
    "--json",
    "--color=never",
    // Mistyped keys are accepted silently without it.
    "--strict-config",
    "--ignore-user-config",
    "--ignore-rules",
    ...["-m", codex.model],
    ...config("model_reasoning_effort", codex.effort),
    ...config("web_search", codex.webSearch),
    ...config("model_provider", "mediator"),
    ...config("model_providers.mediator.name", "OpenAI"),
    ...config("model_providers.mediator.base_url", call.modelBaseUrl),
    ...config("model_providers.mediator.wire_api", "responses"),
    ...config("shell_environment_policy.inherit", "core"),
    ...config("shell_environment_policy.ignore_default_excludes", false),
    ...(call.commandProxy === undefined ? [] : proxyVariables(call.commandProxy)),
    // A login shell's /etc/profile (the bubble has none, a pod's image has) sets PATH anew: the operator's tools would be
    // lost. A command that asks for one is told to leave that out.
    ...config("allow_login_shell", false),
    // Off by default for `exec`; it is where the todo list of the progress comment comes from.
    ...config("tools.update_plan.enabled", true),
    // Without it Codex never gives up when the model cannot be reached.
    ...["--disable", "unbounded_connection_retries"],
    // Codex would synchronize plugins from elsewhere, send analytics and look for updates: seconds of waiting without a network.
    ...["--disable", "plugins", "--disable", "apps"],
    // The mediator reads what it passes on.
    ...["--disable", "enable_request_compression"],
    ...config("analytics.enabled", false),
    ...config("check_for_update_on_startup", false),
    ...(codex.sandbox === "pod" ? ["--dangerously-bypass-approvals-and-sandbox"] : ["-s", sandbox]),
    ...["-C", call.workspace],
    ...["--output-schema", call.outputSchemaFile],
    ...["-o", call.answerFile],
    "-",
  ];
}
