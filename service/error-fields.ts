/** What of an error may be logged: no request, no answer, for both can hold what people wrote. */
export function errorFields(error: unknown): { error: string; code?: string; status?: number; cause?: string } {
  if (!(error instanceof Error)) return { error: String(error) };
  const { message, cause } = error;
  const code = "code" in error && typeof error.code === "string" ? { code: error.code.slice(0, 64) } : {};
  const status = "status" in error && typeof error.status === "number" ? { status: error.status } : {};
  return {
    error: message.slice(0, 500),
    ...code,
    ...status,
    ...(cause instanceof Error && { cause: cause.message.slice(0, 500) }),
  };
}
