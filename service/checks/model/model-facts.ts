import * as z from "zod";
import { reasonOf } from "../github/ask-github.ts";

/** What the model's provider answered to a question that costs no tokens. */
export type ModelAnswer =
  | { status: number; json: boolean; code?: string; message?: string; models?: readonly string[] }
  | { reason: string };

export interface ModelFacts {
  baseUrl: string;
  model: string;
  /** `GET /models/<model>` */
  one: ModelAnswer;
  /** `GET /models`, asked when the first has not told. */
  list?: ModelAnswer;
  /** `POST /responses` with an empty body, which no provider answers with tokens; asked when there is no list. */
  responses?: ModelAnswer;
}

const errorSchema = z.object({
  error: z.object({ message: z.string().nullish(), code: z.string().nullish(), type: z.string().nullish() }),
});
const listSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

export interface ModelQuestions {
  baseUrl: string;
  apiKey: string;
  model: string;
  timeoutMs: number;
}

/** Asks the provider whether the key is accepted and the model is there. No question costs tokens. */
export async function readModel({ baseUrl, apiKey, model, timeoutMs }: ModelQuestions): Promise<ModelFacts> {
  const signal = AbortSignal.timeout(timeoutMs);
  const ask = (path: string, init: RequestInit = {}) =>
    answerTo(`${baseUrl}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${apiKey}`, accept: "application/json", ...init.headers },
      // A redirection would be a wrong address, and the key is for this host alone.
      redirect: "manual",
      signal,
    });
  const facts: ModelFacts = { baseUrl, model, one: await ask(`/models/${encodeURIComponent(model)}`) };
  if (!mayBeElsewhere(facts.one)) return facts;
  facts.list = await ask("/models");
  if (!mayBeElsewhere(facts.list)) return facts;
  const headers = { "content-type": "application/json" };
  facts.responses = await ask("/responses", { method: "POST", body: "{}", headers });
  return facts;
}

/** There is something, and no such route: other providers than OpenAI leave some out. */
function mayBeElsewhere(answer: ModelAnswer): boolean {
  return "status" in answer && answer.json && (answer.status === 404 || answer.status === 405);
}

async function answerTo(url: string, init: RequestInit): Promise<ModelAnswer> {
  try {
    const response = await fetch(url, init);
    const text = await response.text();
    const body = parseJson(text);
    const error = errorSchema.safeParse(body).data?.error;
    const list = listSchema.safeParse(body).data?.data;
    const code = error?.code ?? error?.type;
    return {
      status: response.status,
      json: body !== undefined,
      ...(code && { code }),
      ...(error?.message && { message: error.message }),
      ...(list && { models: list.map(({ id }) => id) }),
    };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A web page, which the verdict tells.
    return undefined;
  }
}
