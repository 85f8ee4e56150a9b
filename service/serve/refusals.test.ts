import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Sending, type ServeKit, sign, startServeKit } from "../testing/serve-kit.ts";

let kit: ServeKit;
beforeAll(async () => {
  kit = await startServeKit();
});
afterAll(() => kit.serving.stop());
afterEach(() => expect(kit.batches).toEqual([]));

const unsigned = { remove: ["x-hub-signature-256"] };
const form = { "content-type": "application/x-www-form-urlencoded" };
const xml = { "content-type": "text/xml" };
const notUtf8 = Buffer.from('{"action":"opened","title":"\xff"}', "latin1");

describe("refused, with nothing published", () => {
  test.each<[string, Sending, number, RegExp]>([
    ["another path", { path: "/" }, 404, /ends in \/webhooks\/github/],
    ["another provider", { path: "/webhooks/gitlab" }, 404, /nothing at \/webhooks\/gitlab/],
    ["the path of the dead letters", { path: "/dead-letters" }, 404, /nothing/],
    ["a longer path", { path: "/webhooks/github/" }, 404, /nothing/],
    ["another path before all else", { path: "/x", method: "PUT", ...unsigned }, 404, /nothing/],
    ["another method", { method: "PUT" }, 405, /POST/],
    ["GET", { method: "GET" }, 405, /POST/],
    ["another method before the content type", { method: "PUT", headers: xml }, 405, /POST/],
    ["another content type", { headers: xml }, 415, /application\/json/],
    ["no content type", { remove: ["content-type"], body: Buffer.from("{}") }, 415, /application\/json/],
    ["a content type that only begins alike", { headers: { "content-type": "application/jsonx" } }, 415, /json/],
    ["a content type before headers", { headers: xml, remove: ["x-github-event"] }, 415, /json/],
    ["a compressed body", { headers: { "content-encoding": "gzip" } }, 415, /compressed/],
    ["no event", { remove: ["x-github-event"] }, 400, /missing: x-github-event$/],
    ["no delivery id, unsigned too", { remove: ["x-github-delivery", "x-hub-signature-256"] }, 400, /y, x-hub-sig/],
    [
      "no headers at all",
      { remove: ["x-github-event", "x-github-delivery", "x-hub-signature-256"] },
      400,
      /^headers missing: x-github-delivery, x-github-event, x-hub-signature-256$/,
    ],
    ["a strange delivery id", { headers: { "x-github-delivery": "a b" } }, 400, /delivery id/],
    ["a delivery id that is too long", { headers: { "x-github-delivery": "a".repeat(65) } }, 400, /delivery id/],
    ["a strange event", { headers: { "x-github-event": "../x" } }, 400, /event/],
    ["no signature", unsigned, 401, /not signed/],
    ["a signature in another form", { headers: { "x-hub-signature-256": "sha1=00" } }, 401, /does not fit/],
    [
      "a signature in capitals, which GitHub never makes",
      { headers: { "x-hub-signature-256": sign("{}").toUpperCase() } },
      401,
      /does not fit/,
    ],
    ["a signature of another body", { headers: { "x-hub-signature-256": sign("{} ") } }, 401, /does not fit/],
    ["a signature by another secret", { headers: { "x-hub-signature-256": sign("{}", "guess") } }, 401, /does not fit/],
    ["a signature by no secret", { headers: { "x-hub-signature-256": sign("{}", "") } }, 401, /does not fit/],
    [
      "an unsigned body that is no JSON",
      { body: "{", headers: { "x-hub-signature-256": sign("{}") } },
      401,
      /does not fit/,
    ],
    ["no JSON", { body: "{" }, 400, /not JSON/],
    ["no JSON object", { body: "[1]" }, 400, /not a JSON object/],
    ["null", { body: "null" }, 400, /not a JSON object/],
    ["an empty body", { body: "" }, 400, /not JSON/],
    ["a byte order mark", { body: "\ufeff{}" }, 400, /not JSON/],
    ["a body that is not UTF-8", { body: notUtf8 }, 400, /not UTF-8/],
    ["an unknown event that is not UTF-8", { event: "push", body: notUtf8 }, 400, /not UTF-8/],
    ["an unknown event that does not begin as an object", { event: "push", body: "[1]" }, 400, /not JSON/],
    ["an unknown event that does not end as an object", { event: "push", body: '{"a":1' }, 400, /not JSON/],
    ["an unknown event without a body", { event: "push", body: "" }, 400, /not JSON/],
    ["a form without payload", { body: "x=1", headers: form }, 400, /payload/],
    ["an unknown event's form without payload", { event: "push", body: "x=1", headers: form }, 400, /payload/],
    ["a form with no JSON", { body: "payload=%7B", headers: form }, 400, /not JSON/],
    ["a form whose payload is not UTF-8", { body: "payload=%ff", headers: form }, 400, /not UTF-8/],
  ])("%s", async (_, sending, status, words) => {
    const answer = await kit.send(sending);
    expect(answer).toMatchObject({ status, body: { error: expect.stringMatching(words) } });
    expect(answer.headers.get("content-type")).toBe("application/json");
    if (status === 405) expect(answer.headers.get("allow")).toBe("POST");
  });

  test("counted by event, and logged with the delivery id when it is one", async () => {
    const { text: before } = await kit.get("/metrics");
    await kit.send({ body: "{" });
    const count = (text: string) =>
      Number(/froussard_webhooks_total\{event="issues",verdict="refused"\} (\d+)/.exec(text)?.[1] ?? 0);
    expect(count((await kit.get("/metrics")).text)).toBe(count(before) + 1);
    expect(kit.logged.at(-1)).toMatchObject({ status: 400, message: "delivery refused", error: expect.any(String) });
  });
});
