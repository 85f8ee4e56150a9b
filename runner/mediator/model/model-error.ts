/** An answer in the form of OpenAI's errors, which Codex understands and shows. */
export class ModelError extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: { type?: string; code?: string; param?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.name = "ModelError";
    this.status = status;
    this.type = more.type ?? (status < 500 ? "invalid_request_error" : "server_error");
    this.code = more.code ?? null;
    this.param = more.param ?? null;
    this.headers = more.headers ?? {};
  }

  body(): string {
    const { message, type, code, param } = this;
    return JSON.stringify({ error: { message, type, code, param } });
  }
}

/** A request that Codex does not make by itself; Codex gives up at once on 400. */
export function refused(param: string, why: string): ModelError {
  return new ModelError(400, `${param}: ${why}`, { code: "not_allowed", param });
}

/** Ends the agent's turn at once, without retries, because the run is over. */
export function runOver(message: string): ModelError {
  return new ModelError(429, message, { type: "insufficient_quota", code: "insufficient_quota" });
}
