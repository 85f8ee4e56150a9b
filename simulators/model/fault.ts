import {
  type ApiError,
  contextLengthExceeded,
  insufficientQuota,
  overloaded,
  rateLimited,
  serverError,
  unauthorized,
} from "./api-error.ts";

/** What can go wrong on OpenAI's side or on the way there. */
export type Fault =
  | { readonly kind: "unauthorized" | "insufficient-quota" | "server-error" | "overloaded" | "context-length-exceeded" }
  | { readonly kind: "rate-limited"; readonly retryAfterSeconds?: number }
  /** No answer at all, for as long as the client waits. */
  | { readonly kind: "hang" }
  /** A stream that begins and never goes on. */
  | { readonly kind: "hang-stream" }
  /** The connection is cut after this many events (default 2). */
  | { readonly kind: "cut-stream"; readonly events?: number }
  | { readonly kind: "slow-stream"; readonly msPerEvent: number }
  /** The stream ends with `response.failed` and this code. */
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
  /** The stream ends with `response.incomplete`, as at `max_output_tokens`, and lacks its last item. */
  | { readonly kind: "incomplete" }
  /** A well-formed stream whose answer is this text, whatever was asked. */
  | { readonly kind: "answer"; readonly text: string };

/** Where and how often a fault strikes: by default the next request to `/v1/responses`, once. */
export interface FaultPlan {
  /** `Infinity` for ever. */
  readonly times?: number;
  /** How many requests go well before it. */
  readonly after?: number;
}

/** The error answer of a fault that is one. */
export function errorOf(fault: Fault, model: string): ApiError | undefined {
  switch (fault.kind) {
    case "unauthorized":
      return unauthorized("sk-revoked-simulated-0000");
    case "insufficient-quota":
      return insufficientQuota();
    case "server-error":
      return serverError();
    case "overloaded":
      return overloaded();
    case "context-length-exceeded":
      return contextLengthExceeded();
    case "rate-limited":
      return rateLimited(model, fault.retryAfterSeconds ?? 1);
    default:
      return undefined;
  }
}

/** The faults still to come, in the order in which they were asked for. */
export class FaultQueue {
  readonly #planned: { fault: Fault; times: number; after: number }[] = [];

  add(fault: Fault, { times = 1, after = 0 }: FaultPlan = {}): void {
    this.#planned.push({ fault, times, after });
  }

  clear(): void {
    this.#planned.length = 0;
  }

  /** The fault of the request that came just now. */
  next(): Fault | undefined {
    const first = this.#planned[0];
    if (first === undefined) return undefined;
    if (first.after > 0) {
      first.after -= 1;
      return undefined;
    }
    first.times -= 1;
    if (first.times <= 0) this.#planned.shift();
    return first.fault;
  }
}
