import { check, type Finding } from "../finding.ts";
import type { ModelAnswer, ModelFacts } from "./model-facts.ts";

/** What is to be corrected, in the words of who looks. */
export interface ModelWords {
  /** What holds the key. */
  key: string;
  /** How to come by another one, and where it goes. */
  newKey: string;
  /** What holds the provider's address. */
  address: string;
  /** What names the model. */
  model: string;
}

/** Whether the key is accepted and the model there. What the provider says of the key is never repeated. Pure. */
export function judgeModel({ baseUrl, model, one, list, responses }: ModelFacts, words: ModelWords): Finding<"model"> {
  const here = check("model");
  const trouble =
    troubleOf(one, baseUrl, words) ??
    (list && troubleOf(list, baseUrl, words)) ??
    (responses && troubleOf(responses, baseUrl, words));
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
      `set ${words.model} to one that there is${known && known.length > 0 ? `: ${nearest(model, known).join(", ")}` : ""}`,
    );
  if (responses && "status" in responses && [400, 422].includes(responses.status))
    return here.warning(
      `${baseUrl} answers, but does not tell its models: whether there is ${model} shows with the first run`,
      `make sure that ${words.model} is one of the provider's`,
    );
  return here.fault(`${baseUrl} has no Responses API (${statusOf(responses ?? list ?? one)})`, addressFix(words));
}

const addressFix = ({ address }: ModelWords) =>
  `correct ${address}: the address that /responses stands below, which mostly ends in /v1`;

/** What is wrong whichever question was asked. */
function troubleOf(answer: ModelAnswer, baseUrl: string, words: ModelWords): Finding<"model"> | undefined {
  const here = check("model");
  if ("reason" in answer)
    return here.fault(`${baseUrl} cannot be reached (${answer.reason})`, `check the network and ${words.address}`);
  const { status, json, code, message = "" } = answer;
  const scopes = /missing scopes: ((?:[a-z_]+\.[a-z._]*[a-z_](?:, )?){1,9})/i.exec(message)?.[1];
  if (scopes !== undefined && (status === 401 || status === 403))
    return here.warning(
      `the key is a restricted one and may not list models (missing: ${scopes}): whether it may use this one shows with the first run`,
      "let the key request models (Model capabilities), at https://platform.openai.com/api-keys",
    );
  if (status === 401) return here.fault(`${words.key} is refused by ${baseUrl} (401)`, words.newKey);
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
  if (status >= 300 && status < 400) return here.fault(`${baseUrl} sends elsewhere (${status})`, addressFix(words));
  if (!json)
    return here.fault(
      `${baseUrl} answers with a web page or nothing (${status}), and not as a model's provider does`,
      addressFix(words),
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
