import type * as z from "zod";
import type { CodexSettings } from "../../protocol.ts";
import { parseJson } from "../server/parse-json.ts";
import { ModelError, refused } from "./model-error.ts";
import { responsesRequest, searchRequest } from "./request-schema.ts";

/** A request as it is sent on. */
export interface CheckedRequest {
  /** The body with this bound on the answer's tokens. */
  body(maxOutputTokens: number): string;
  /** A bound that the request itself asks for. */
  askedOutputTokens?: number;
}

export type CheckRequest = (body: Buffer) => CheckedRequest;

/**
 * Checks for `POST /v1/responses`: everything outside the allow-list is refused by name; `external_web_access` and
 * `max_output_tokens` are set, `client_metadata` (installation id, paths of the agent's machine) is taken out.
 * @throws ModelError 400
 */
export function responsesCheck(settings: CodexSettings): CheckRequest {
  const schema = responsesRequest(settings);
  return (bytes) => {
    const { client_metadata: _, ...request } = parse(schema, bytes);
    const live = settings.webSearch === "live";
    const withTools = {
      ...request,
      ...(request.tools && { tools: request.tools.map((tool) => setWebAccess(tool, live)) }),
      input: request.input.map((item) =>
        item.type === "additional_tools" && Array.isArray(item["tools"])
          ? { ...item, tools: item["tools"].map((tool: { type: string }) => setWebAccess(tool, live)) }
          : item,
      ),
    };
    return {
      body: (maxOutputTokens) => JSON.stringify({ ...withTools, max_output_tokens: maxOutputTokens }),
      ...(request.max_output_tokens && { askedOutputTokens: request.max_output_tokens }),
    };
  };
}

/** Checks for `POST /v1/alpha/search`, alike. @throws ModelError 400 */
export function searchCheck(settings: CodexSettings): CheckRequest {
  const schema = searchRequest(settings);
  return (bytes) => {
    const request = parse(schema, bytes);
    const search = { ...request.settings, external_web_access: settings.webSearch === "live" };
    return {
      body: (maxOutputTokens) => JSON.stringify({ ...request, settings: search, max_output_tokens: maxOutputTokens }),
      ...(request.max_output_tokens && { askedOutputTokens: request.max_output_tokens }),
    };
  };
}

function setWebAccess<T extends { type: string }>(tool: T, live: boolean): T {
  return tool.type === "web_search" ? { ...tool, external_web_access: live } : tool;
}

function parse<S extends z.ZodType>(schema: S, bytes: Buffer): z.output<S> {
  const result = schema.safeParse(parseJson(bytes));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (!issue) throw new ModelError(400, "the body was refused");
  const keys = issue.code === "unrecognized_keys" ? issue.keys : [];
  const path = [...issue.path, ...keys.slice(0, 1)].map(String).join(".").slice(0, 200);
  throw refused(path || "body", keys.length > 0 ? "is not a key that this run may use" : issue.message.slice(0, 300));
}
