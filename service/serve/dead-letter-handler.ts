import type { IncomingMessage } from "node:http";
import { type DeadLetter, deadLetterFields, deadLetterPath, deadLetterSchema, stages } from "@froussard/contract";
import type { ServiceLog } from "../service-log.ts";
import { bringsToken } from "./bearer.ts";
import { ByteBudget } from "./byte-budget.ts";
import { readBody } from "./read-body.ts";
import { Refusal } from "./refusal.ts";
import type { Handler } from "./server.ts";
import { SparseLog } from "./sparse-log.ts";

export interface DeadLetterHandling {
  /** Undefined when whoever reaches the port may send. */
  token: string | undefined;
  log: ServiceLog;
  /** Told the stage, or `other`. */
  onDeadLetter: (stage: string) => void;
}

/** A dead letter has five short fields. More is read away and never kept. */
const maxBytes = 16 * 1024;
const readMs = 5_000;
/** All that the fields of a task that may cross Argo can hold; whatever else came in is not repeated in a log. */
const plain = /^[A-Za-z0-9._/+@=-]{0,200}$/;

/**
 * `POST /dead-letters`: counts and logs a task message that became no Workflow. The Sensor asks again until it reads a 200,
 * so whatever was counted is answered 200, even what cannot be read: it is a message that was lost all the same.
 */
export function deadLetterHandler({ token, log, onDeadLetter }: DeadLetterHandling): Handler {
  const budget = new ByteBudget(64 * maxBytes);
  const refused = new SparseLog(log);
  return async (request, path, goOn) => {
    if (path !== deadLetterPath) return undefined;
    if (request.method !== "POST") throw new Refusal(405, "dead letters are sent by POST", { allow: "POST" });
    if (token !== undefined && !bringsToken(request.headers.authorization, token)) {
      refused.warn("401", {}, "dead letter refused: its bearer is not DEAD_LETTER_TOKEN");
      throw new Refusal(401, "the bearer is not DEAD_LETTER_TOKEN", { "www-authenticate": "Bearer" });
    }
    goOn();
    const letter = await readLetter(request, budget);
    const stage = stages.find((each) => each === letter?.stage) ?? "other";
    onDeadLetter(stage);
    log.error(letter ? shown(letter) : {}, letter ? "task became no Workflow" : "unreadable dead letter");
    return { status: 200, body: { status: "counted" } };
  };
}

async function readLetter(request: IncomingMessage, budget: ByteBudget): Promise<DeadLetter | undefined> {
  const limits = { maxBytes: 64 * maxBytes, keepBytes: maxBytes, budget, withinMs: readMs };
  const body = await readBody(request, limits);
  try {
    return deadLetterSchema.safeParse(JSON.parse(String(body.bytes))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  } finally {
    body.release();
  }
}

function shown(letter: DeadLetter): Record<string, string> {
  return Object.fromEntries(
    deadLetterFields.map((name) => [name, plain.test(letter[name]) ? letter[name] : "(unusable)"]),
  );
}
