import { describe, expect, test } from "vitest";
import { cutToWidth, inert, inertJson, widthOf, wrapToWidth, wrapWords } from "./terminal-text.ts";
import { harmless, hostileTexts } from "./testing/story.ts";

describe("hostile text", () => {
  test.each(hostileTexts)("%s is one line that is only shown", (_, text) => {
    expect(inert(text)).toMatch(harmless);
    expect(inert(text).length).toBeLessThanOrEqual(300);
  });

  test.each(hostileTexts)("%s in JSON is escaped, and the same when it is read", (_, text) => {
    const line = inertJson({ title: text });
    expect(line).toMatch(harmless);
    expect(JSON.parse(line)).toEqual({ title: text });
  });
});

describe("width", () => {
  test.each([
    ["hello", 5, "hello"],
    ["hello", 4, "hel…"],
    ["日本語", 6, "日本語"],
    ["日本語", 5, "日本…"],
    ["日本語", 4, "日…"],
    ["👍👍", 3, "👍…"],
    ["hello", 1, "…"],
    ["hello", 0, ""],
  ])("%s in %i columns is %s", (text, width, shown) => {
    expect(cutToWidth(text, width)).toBe(shown);
    expect(widthOf(shown)).toBeLessThanOrEqual(width);
  });

  test("addresses are broken into pieces and stay whole", () => {
    expect(wrapToWidth("https://example.org/1", 8)).toEqual(["https://", "example.", "org/1"]);
    expect(wrapToWidth("日本語", 1)).toEqual(["日", "本", "語"]);
    expect(wrapToWidth("", 8)).toEqual([]);
  });

  test("sentences are broken between words, and words only where they must be", () => {
    expect(wrapWords("Read the plan, and react", 10)).toEqual(["Read the", "plan, and", "react"]);
    expect(wrapWords("a codex-automation", 10)).toEqual(["a", "codex-auto", "mation"]);
  });
});
