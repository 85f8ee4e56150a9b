import { check, type Finding } from "./finding.ts";
import type { ModelAnswer, ModelFacts } from "./model-facts.ts";

/** Whether the key is accepted and the model there. What the provider says of the key is never repeated. Pure. */
export function judgeModel({ baseUrl, model, one, list, responses }: ModelFacts): Finding {
  const here = check("model");
  const trouble =
    troubleOf(one, baseUrl) ?? (list && troubleOf(list, baseUrl)) ?? (responses && troubleOf(responses, baseUrl));
  if (trouble) return trouble;
  if ("status" in one && one.status === 200)
    return here.ok(`${model} at ${baseUrl}; whether credit is left shows only when it is used`);
  const known = list && "status" in list && list.status === 200 ? list.models : undefined;
  const absent = "code" in one && one.code === "model_not_found";
  if (known?.includes(model))
    return here.ok(`${model} at ${baseUrl}; whether credit is left shows only when it is used`);
  if (known || absent)
    return here.fault(
      `there is no model ${model} for this key at ${baseUrl}`,
      `set CODEX_MODEL to one that there is${known && known.length > 0 ? `: ${nearest(model, known).join(", ")}` : ""}`,
    );
  if (responses && "status" in responses && [400, 422].includes(responses.status))
    return here.warning(
      `${baseUrl} answers, but does not tell its models: whether there is ${model} shows with the first run`,
      "make sure that CODEX_MODEL is one of the provider's",
    );
  return here.fault(`${baseUrl} has no Responses API (${statusOf(responses ?? list ?? one)})`, baseUrlFix);
}

const baseUrlFix = "correct OPENAI_BASE_URL: the address that /responses stands below, which mostly ends in /v1";

/** What is wrong whichever question was asked. */
function troubleOf(answer: ModelAnswer, baseUrl: string): Finding | undefined {
  const here = check("model");
  if ("reason" in answer)
    return here.fault(`${baseUrl} cannot be reached (${answer.reason})`, "check the network and OPENAI_BASE_URL");
  const { status, json, code, message = "" } = answer;
  const scopes = /missing scopes: ((?:[a-z_]+\.[a-z._]*[a-z_](?:, )?){1,9})/i.exec(message)?.[1];
  if (scopes !== undefined && (status === 401 || status === 403))
    return here.warning(
      `the key is a restricted one and may not list models (missing: ${scopes}): whether it may use this one shows with the first run`,
      "let the key request models (Model capabilities), at https://platform.openai.com/api-keys",
    );
  if (status === 401)
    return here.fault(
      `OPENAI_API_KEY is refused by ${baseUrl} (401)`,
      "create a key where OPENAI_BASE_URL points to (OpenAI: https://platform.openai.com/api-keys) and export OPENAI_API_KEY",
    );
  if (status === 403)
    return here.fault(
      `${baseUrl} does not serve this key, or not from here (403${code ? `, ${code}` : ""})`,
      "check the key's project and its permissions, and whether the provider serves this country or network",
    );
  if (status === 429 && /quota|billing/.test(code ?? ""))
    return here.fault(
      `no credit is left for this key at ${baseUrl}`,
      "add credit at the provider, or take another key",
    );
  if (status === 429 || status >= 500)
    return here.warning(
      `${baseUrl} answered ${status}; whether there is the model shows with the first run`,
      "try again later",
    );
  if (status >= 300 && status < 400) return here.fault(`${baseUrl} sends elsewhere (${status})`, baseUrlFix);
  if (!json)
    return here.fault(
      `${baseUrl} answers with a web page or nothing (${status}), and not as a model's provider does`,
      baseUrlFix,
    );
  return undefined;
}

const statusOf = (answer: ModelAnswer) => ("status" in answer ? String(answer.status) : answer.reason);

/** Those that begin alike first; a provider may have hundreds. */
function nearest(model: string, known: readonly string[]): string[] {
  const alike = (id: string) => [...id].findIndex((letter, index) => letter !== model[index]);
  const score = (id: string) => (alike(id) < 0 ? id.length : alike(id));
  return known.toSorted((one, other) => score(other) - score(one)).slice(0, 5);
}
