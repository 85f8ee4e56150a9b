/** An error of the OpenAI API, in its words. */
export interface ApiError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error: { message: string; type: string; param: string | null; code: string | null } };
}

const apiError = (
  status: number,
  type: string,
  code: string | null,
  message: string,
  more: { param?: string; headers?: Record<string, string> } = {},
): ApiError => ({
  status,
  headers: more.headers ?? {},
  body: { error: { message, type, param: more.param ?? null, code } },
});

export const badRequest = (message: string, param?: string, code: string | null = null): ApiError =>
  apiError(400, "invalid_request_error", code, message, param === undefined ? {} : { param });

export const notFound = (method: string, path: string): ApiError =>
  apiError(404, "invalid_request_error", null, `Invalid URL (${method} ${path})`);

export const modelNotFound = (model: string): ApiError =>
  apiError(404, "invalid_request_error", "model_not_found", `The model '${model}' does not exist`, { param: "model" });

/** 401. A wrong key is shown by its ends only, as the API does. */
export function unauthorized(presented: string | undefined): ApiError {
  if (presented === undefined) {
    return apiError(401, "invalid_request_error", null, "Missing bearer or basic authentication in header");
  }
  const hint =
    presented.length < 12 ? "*".repeat(presented.length) : `${presented.slice(0, 8)}****${presented.slice(-4)}`;
  const where = "You can find your API key at https://platform.openai.com/account/api-keys.";
  return apiError(401, "invalid_request_error", "invalid_api_key", `Incorrect API key provided: ${hint}. ${where}`);
}

export const rateLimited = (model: string, retryAfterSeconds: number): ApiError =>
  apiError(
    429,
    "tokens",
    "rate_limit_exceeded",
    `Rate limit reached for ${model} on tokens per min (TPM). Please try again in ${retryAfterSeconds}s.`,
    { headers: { "retry-after": String(retryAfterSeconds), "x-ratelimit-remaining-tokens": "0" } },
  );

export const insufficientQuota = (): ApiError =>
  apiError(
    429,
    "insufficient_quota",
    "insufficient_quota",
    "You exceeded your current quota, please check your plan and billing details.",
  );

export const contextLengthExceeded = (): ApiError =>
  badRequest(
    "Your input exceeds the context window of this model. Please adjust your input and try again.",
    "input",
    "context_length_exceeded",
  );

export const serverError = (): ApiError =>
  apiError(500, "server_error", null, "The server had an error while processing your request. Sorry about that!");

export const overloaded = (): ApiError =>
  apiError(
    503,
    "server_error",
    "server_is_overloaded",
    "Our servers are currently overloaded. Please try again later.",
  );
