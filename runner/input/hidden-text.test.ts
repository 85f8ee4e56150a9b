import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { freezeInput } from "./frozen-input.ts";
import { removeHiddenText } from "./hidden-text.ts";

const person = (login: string) => ({ id: 1, login, type: "User" });

describe("text that people see is not touched", () => {
  test.each([
    ["nothing", ""],
    ["Argo and Helm templates", "{{ inputs.parameters.x }} {{- range .Values }} {{`{{`}}"],
    ["expressions of Actions", "$" + "{{ github.event.issue.title }}"],
    ["heredoc terminators", "cat <<'EOF'\nEOF\nPLAN_EOF\n"],
    ["backticks and quotes", "```sh\necho \"$(id)\" 'x' `id`\n```\n~~~"],
    ["HTML that is shown", "<details><summary>More</summary>text</details> a < b --> c"],
    ["an arrow and a lonely opening in a sentence", "the parser fails on `<!--` in templates"],
    ["tabs and trailing spaces", "a\tb  \n\n\n  c"],
    ["emoji that are joined and selected", "👨‍👩‍👧 ❤️ 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👍🏽 🏳️‍🌈"],
    ["markup in code", "`<b title='x'>` and\n\n```html\n<?php echo 1 ?>\n<div data-x=\"y\">\n```\n\n    <?php"],
    ["HTML that says only what is shown", '<img width="600" alt="image" src="https://example.org/a.png"><br>'],
    [
      "links, images and what they refer to",
      "[a](https://example.org) ![a.png](b.png) [c][d]\n\n[d]: https://example.org",
    ],
    ["a footnote that is used", "text[^1]\n\n[^1]: the note"],
    ["other scripts and emoji", "naïve Ελληνικά 漢字 🚀 e\u0301"],
    ["the longest body", "x".repeat(65_536)],
  ])("%s", (_, text) => {
    expect(removeHiddenText(text)).toEqual({ text, removed: [] });
  });
});

describe("text that people do not see is removed and listed", () => {
  test.each([
    ["NUL and control characters", "a\u0000b\u0007c\u001B[31m\u009B", "abc[31m", [["control", 4]]],
    ["lone surrogates", "a\uD800b\uDC00", "ab", [["lone surrogate", 2]]],
    [
      "a pair torn apart by a hidden character",
      "\uD83D\u200B\uDE00",
      "",
      [
        ["lone surrogate", 2],
        ["zero-width", 1],
      ],
    ],
    ["zero-width characters", "pa\u200Bss\u200Cwo\u200Drd\uFEFF", "password", [["zero-width", 4]]],
    ["bidirectional overrides", "a\u202Eb\u2066c\u200F", "abc", [["bidirectional", 3]]],
    ["Unicode tags", "hi\u{E0049}\u{E0067}\u{E007F}", "hi", [["Unicode tag", 3]]],
    ["invisible operators", "a\u2060\u2064", "a", [["invisible operator", 2]]],
    ["soft hyphens", "so\u00ADft", "soft", [["soft hyphen", 1]]],
    ["variation selectors", "a\uFE0F\u{E0101}", "a", [["variation selector", 2]]],
    ["Hangul fillers", "a\u3164\u115F", "a", [["other invisible", 2]]],
    ["HTML comments", "a<!-- do evil -->b<!--\n\n-->c", "abc", [["HTML comment", 2]]],
    ["comments in code, on purpose", "`<!-- x -->`", "``", [["HTML comment", 1]]],
    ["a comment that never ends, at the start of a line", "a\n  <!-- evil\nmore", "a\n  ", [["HTML comment", 1]]],
    ["a comment that never ends, inside HTML", "<div>a <!-- evil", "<div>a ", [["HTML comment", 1]]],
    [
      "a comment whose opening is hidden",
      "<!\u200B-- evil -->b",
      "b",
      [
        ["zero-width", 1],
        ["HTML comment", 1],
      ],
    ],
    ["comments without content, whose followers are seen", "<!-->a<!--->b", "ab", [["HTML comment", 2]]],
    [
      "references to hidden characters",
      "a&#8203;b&#xE0041;c&shy;d",
      "abcd",
      [
        ["zero-width", 1],
        ["Unicode tag", 1],
        ["soft hyphen", 1],
      ],
    ],
    [
      "hidden joiners outside of emoji",
      "a\u200Db ☺\uFE0E",
      "ab ☺",
      [
        ["zero-width", 1],
        ["variation selector", 1],
      ],
    ],
    ["processing instructions", "a <? do evil ?> b", "a  b", [["HTML instruction", 1]]],
    ["CDATA and declarations", "a <![CDATA[evil]]> <!DOCTYPE evil> b", "a   b", [["HTML instruction", 2]]],
    ["attributes that say something", '<b title="evil">x</b>', "<b>x</b>", [["HTML attribute", 1]]],
    [
      "a text of an image, in HTML",
      '<img src="a.png" alt="do evil now">',
      '<img src="a.png">',
      [["HTML attribute", 1]],
    ],
    ["a text of an image", "![do evil now](a.png)", "![](a.png)", [["image text", 1]]],
    ["titles of links", '[a](https://example.org "do evil")', "[a](https://example.org )", [["link title", 1]]],
    ["definitions that are comments", "a\n\n[//]: # (do evil)\n", "a\n\n\n", [["unused link definition", 1]]],
    ["footnotes that nothing refers to", "a\n\n[^evil]: do evil", "a\n\n", [["unused footnote", 1]]],
    ["annotations for old browsers", "<ruby>a<rp>evil</rp></ruby>", "<ruby>a</ruby>", [["hidden HTML element", 1]]],
    [
      "comments in diagrams",
      "```mermaid\ngraph LR\n%% evil\nA-->B\n```",
      "```mermaid\ngraph LR\nA-->B\n```",
      [["diagram comment", 1]],
    ],
    [
      "an annotation that is never closed",
      "<ruby>a<rp>evil<rt>b</ruby>",
      "<ruby>a<rt>b</ruby>",
      [["hidden HTML element", 1]],
    ],
    [
      "more nesting than anybody writes",
      `${"> ".repeat(60)}<b title='x'>y`,
      `${"> ".repeat(50)} b title='x'>y`.replace("> >", "> >"),
      [["markup within markup", 1]],
    ],
    [
      "a value that never ends, and all that it takes in",
      "a\n\n<div title='\n\nevil\n\nmore",
      "a\n\n",
      [["HTML attribute", 1]],
    ],
    ["a tag that is left open", "<div class=x\n\nshown", "\n\nshown", [["HTML attribute", 1]]],
    ["a tag that is never closed", "<div title='evil\nmore", "", [["HTML attribute", 1]]],
    ["a comment round a comment", "<!-<!-- x -->- evil -->b", "b", [["HTML comment", 2]]],
  ])("%s", (_, hostile, text, removed) => {
    expect(removeHiddenText(hostile)).toEqual({ text, removed: removed.map(([kind, count]) => ({ kind, count })) });
  });

  test("CRLF and CR become LF without being listed", () => {
    expect(removeHiddenText("a\r\nb\rc\n")).toEqual({ text: "a\nb\nc\n", removed: [] });
  });

  test("deeply nested comments cost no more than a few passes", () => {
    const { text } = removeHiddenText(`a${"<!-".repeat(8_000)}${"<!-- -->- x -->".repeat(2_000)}`);
    expect(removeHiddenText(text).removed).toEqual([]);
    expect(text.startsWith("a")).toBe(true);
  });

  test.each(["[a]: ", "[^a]: x\n\n", "<b x='", "<rp", "[", "> "])(
    "the longest body of %j takes no time to speak of",
    (unit) => {
      const started = performance.now();
      removeHiddenText(unit.repeat(Math.floor(65_536 / unit.length)));
      expect(performance.now() - started).toBeLessThan(10_000);
    },
  );
});

const hostile = fc
  .array(
    fc.constantFrom(
      ..."ab \n\r\t`{}$'\"<>!-\\",
      "<!--",
      "-->",
      "<!-",
      "<div>",
      '<b title="',
      "<?",
      "?>",
      "[a]: ",
      "[^a]: ",
      "](",
      "![",
      "&#8203;",
      "❤️",
      "👨\u200D",
      "\u0000",
      "\u200B",
      "\u202E",
      "\uD800",
      "\uDC00",
      "\u{E0041}",
      "\u00AD",
      "\uFE0F",
      "\u2061",
      "🚀",
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

test("property: doing it twice changes nothing more", () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: "binary" })), (text) => {
      const once = removeHiddenText(text);
      expect(removeHiddenText(once.text)).toEqual({ text: once.text, removed: [] });
    }),
    { numRuns: 200 },
  );
});

test("property: visible text without comments survives whatever is hidden in it", () => {
  const visible = fc.string({ unit: fc.constantFrom(..."abc {}$`'\"\n>-\\@#🚀é") });
  const hidden = fc.constantFrom("\u0000", "\u200B", "\u202E", "\u{E0041}", "\u00AD", "\u2063", "\u3164");
  fc.assert(
    fc.property(fc.array(fc.tuple(visible, hidden)), (parts) => {
      const { text, removed } = removeHiddenText(parts.flat().join(""));
      expect(text).toBe(parts.map(([shown]) => shown).join(""));
      expect(removed.reduce((sum, { count }) => sum + count, 0)).toBe(parts.length);
    }),
  );
});

test("a frozen input is hashed as the model sees it", () => {
  const frozen = freezeInput("issue-body", "a\u200B", person("alice"));
  expect(frozen).toEqual({
    name: "issue-body",
    author: person("alice"),
    text: "a",
    sha256: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
    removed: [{ kind: "zero-width", count: 1 }],
  });
  expect(freezeInput("issue-body", "a", undefined)).not.toHaveProperty("author");
});
