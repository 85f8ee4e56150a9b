import { describe, expect, test } from "vitest";
import type { Finding } from "../finding.ts";
import { judgeModel } from "./judge-model.ts";
import type { ModelAnswer } from "./model-facts.ts";

describe("the model", () => {
  const json = (status: number, code?: string, message?: string): ModelAnswer => ({
    status,
    json: true,
    ...(code && { code }),
    ...(message && { message }),
  });
  const judged = (one: ModelAnswer, list?: ModelAnswer, responses?: ModelAnswer) =>
    judgeModel(
      {
        baseUrl: "https://example.org/v1",
        model: "m-1",
        one,
        ...(list && { list }),
        ...(responses && { responses }),
      },
      { key: "THE_KEY", newKey: "make a new key", address: "THE_ADDRESS", model: "THE_MODEL" },
    );

  test.each<[string, Finding, string, RegExp]>([
    ["there", judged(json(200)), "ok", /whether credit is left shows only when it is used/],
    ["only in the list", judged(json(404), { ...json(200), models: ["m-1"] } as ModelAnswer), "ok", /^m-1 at/],
    [
      "not in the list",
      judged(json(404), { ...json(200), models: ["x", "m-2"] } as ModelAnswer),
      "fault",
      /there is no model m-1/,
    ],
    [
      "a key without that right",
      judged(json(403, "invalid_request_error", "Missing scopes: api.model.read. Check …")),
      "warning",
      /missing: api\.model\.read\)/,
    ],
    [
      "the same as 401",
      judged(json(401, "x", "You have insufficient permissions. Missing scopes: api.model.read.")),
      "warning",
      /restricted/,
    ],
    ["a country", judged(json(403, "unsupported_country_region_territory")), "fault", /unsupported_country/],
    ["no credit", judged(json(429, "insufficient_quota")), "fault", /no credit is left/],
    ["too many requests", judged(json(429, "rate_limit_exceeded")), "warning", /answered 429/],
    ["an outage", judged(json(502)), "warning", /answered 502/],
    ["a redirection", judged({ status: 302, json: false }), "fault", /sends elsewhere/],
    ["no such route, but the API", judged(json(404), json(404), json(400)), "warning", /does not tell its models/],
    ["no such API", judged(json(404), json(404), json(404)), "fault", /has no Responses API \(404\)/],
    ["nothing there", judged({ reason: "connect ECONNREFUSED" }), "fault", /cannot be reached/],
  ])("%s", (_, { status, found }, expected, words) => {
    expect(status).toBe(expected);
    expect(found).toMatch(words);
  });

  test("what the provider says of the key is not repeated, and names of models cannot control a terminal", () => {
    expect(
      JSON.stringify(judged(json(401, "invalid_api_key", "Incorrect API key provided: sk-abcd****wxyz"))),
    ).not.toContain("sk-abcd");
    const hostile = judged(json(404), { ...json(200), models: ["m-\u001b[2Jx"] } as ModelAnswer);
    expect(hostile.fix).toContain("m-␛[2Jx");
  });
});
