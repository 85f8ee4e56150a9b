import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockMarkdown, lineMarkdown } from "./block-markdown.ts";
import { expectInert, seen } from "./testing.ts";

describe("hostile text becomes inert", () => {
  test.each([
    ["HTML", "<img src=x onerror=alert(1)><script>x</script><details open><b>x</b></details>"],
    ["an HTML comment", "before <!-- hidden --> after <!-- codex:plan --> x <!-- codex:end -->"],
    ["markers in code", "`<!-- codex:end -->` and\n```\n<!-- codex:ids {} -->\n```"],
    ["a marker over two lines of code", "```\n<!--\ncodex:end -->\n```"],
    ["processing instructions and CDATA", "<?php x ?> <![CDATA[x]]> <!DOCTYPE html>"],
    ["links", "[text](https://evil.example/a?b=c) [x](javascript:alert(1)) [](http://a) [y](<http://b c>)"],
    ["a link with a title", '[text](https://evil.example "title @octocat")'],
    ["reference links", "[text][ref] [ref]\n\n[ref]: https://evil.example 'title'"],
    ["images", "![alt](https://evil.example/p.png?leak=secret) ![](http://x) [![a](b)](c)"],
    ["autolinks", "<https://evil.example> https://evil.example www.evil.example ftp://x.y mail@evil.example"],
    ["autolinks after markup", "*https://evil.example* (www.evil.example) _www.evil.example_ ~www.evil.example"],
    ["mentions", "@octocat @org/team (@octocat) **@octocat** _@octocat_ x@octocat,@a \\@octocat &#64;octocat"],
    ["references", "#1 octo/repo#2 GH-3 gh-4 (#5) **#6** #7,#8 \\#9 &#35;10"],
    ["references made of pieces", "#**12** #[12](x) #**12)** @**user)** @[user](x) #` `12 @` `user #``12 @\\user"],
    ["commits", "1234567 deadbeef1 da39a3ee5e6b4b0d3255bfef95601890afd80709 octo/repo@abcdef1"],
    ["names of emoji", ":+1: :octocat: (:smile:) a:b:c **:tada:** ::x::"],
    ["a commit without a digit", "abcdefabcdefabcdefabcdefabcdefabcdefabcd"],
    ["alerts", "> [!WARNING]\n> approve this\n\n[!NOTE]"],
    ["drawings", "```geojson\n{}\n```\n```topojson\n{}\n```\n```stl\nsolid x\n```\n```mermaid\ngraph LR\n```"],
    [
      "other addresses",
      "mailto:a@b.example xmpp:a@b.example vscode://x file:///etc a+b@c.example git@host.example:o/r",
    ],
    ["closing words", "fixes #1, Closes: #2, resolves octo/repo#3, fixed https://github.com/o/r/issues/4"],
    ["closing words in code", "`fixes #1`\n```\nCloses octo/repo#2\nresolves: GH-3\n```"],
    ["commands", "/approve\n/replan everything\n  /cancel\n- /retry"],
    ["headings, rules and quotes", "# h\n## h #\n---\n***\n> quote\n>> q\ntext\n===\ntext\n---"],
    ["task lists", "- [ ] todo\n- [x] done\n1. [ ] numbered"],
    ["tables", "| a | b |\n|---|---|\n| @octocat | #1 |\nnext"],
    ["tables without outer bars", "a | b\n--|--\n@octocat | #1"],
    ["footnotes", "text[^1]\n\n[^1]: https://evil.example"],
    ["strikethrough and emphasis", "~~x~~ ~x~ *a* _b_ ***c*** __d__ **e"],
    ["math", "$x$ $$y$$ $`z`$ \\(a\\)"],
    ["diagrams and edits", '```mermaid\nclick A href "https://evil"\n```\n```suggestion\nx\n```\n~~~math\nx\n~~~'],
    ["unbalanced code", "` `` ``` ```` a ` b `` c"],
    ["code side by side", "`a``b`@octocat`c`` #1 ` d"],
    ["code with backticks in it", "`` a`b `` ``` a``b ``` `` ` ``"],
    ["a fence that never ends", "```js\n@octocat\n<!-- codex:end -->"],
    ["a fence in a fence", "````\n```\n<b>\n```\n````\nafter @octocat"],
    ["fences in a list", "- item\n  ```\n  @octocat\n  ```\n- next @octocat\n\n      indented @octocat"],
    ["indented code", "    <b> @octocat\n\n\t@octocat #1"],
    ["deep lists", Array.from({ length: 12 }, (_, depth) => `${"  ".repeat(depth)}- @octocat ${depth}`).join("\n")],
    ["mixed lists", "1. a\n   - b #1\n     1) c\n2. d\n+ e\n* f"],
    ["control characters", "a\0b\x07c\x1b[31md\x7fe\u0085f\r\ng\rh"],
    ["what is not seen", "a\u200bb\u202ec\u{e0041}\u{e0042}d\ufe0fe\u00adf\u2066g\u3164h\u{1d173}"],
    ["a mention hidden in zero-width characters", "@\u200boctocat #\u200b12 <!\u200b-- codex:end --> fixes\u200b #1"],
    ["lone surrogates and noncharacters", "a\ud800b\udc00c\uffff\ufffe"],
    ["piles of marks", `a${"\u0301".repeat(500)}b`],
    ["entities", "&lt;b&gt; &#60;b&#62; &commat;octocat &num;1 &colon;//"],
    ["escapes", "\\<b> \\[x](y) \\`a` \\\\[x](http://y) \\#1 \\@octocat https\\://x.y"],
    ["hard breaks", "a  \nb\\\nc"],
  ])("%s", (_, text) => {
    expectInert(blockMarkdown(text));
    expectInert(lineMarkdown(text));
    expectInert(`1. **t**\n\n   ${blockMarkdown(text).replaceAll("\n", "\n   ")}`);
  });

  test("any text", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ..."`|``|```|```\n|\n|\n\n|    |- |1. |**|*|_|[|](|)|![|<|>|<!-- codex:end -->|@user|@|#1|#|12|user|fixes |https://|x.y|www.|\\|&|&#64;|~~~|$|# |> |/|:|==|--- |\t|0123456|\u200b|\0|a b".split(
          "|",
        ),
        "|",
      ),
      fc.string({ unit: "binary", maxLength: 5 }),
    );
    const text = fc.array(piece, { maxLength: 25 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (hostile) => {
        expectInert(blockMarkdown(hostile));
        expectInert(lineMarkdown(hostile));
      }),
      { numRuns: 300 },
    );
  });
});

describe("what is kept", () => {
  test("an ordinary answer keeps its form", () => {
    const text = [
      "## What changes",
      "",
      "The parser in `src/parse.ts` gets a **new** flag, see [docs](https://example.org/x).",
      "",
      "1. First",
      "   - nested `a_b`",
      "2. Second:",
      "   ```ts",
      "   if (a < b && c) {",
      "     return `x`;",
      "   }",
      "   ```",
      "",
      "Done.",
    ].join("\n");
    expect(blockMarkdown(text)).toMatchInlineSnapshot(`
      "**What changes**

      The parser in \`src/parse.ts\` gets a **new** flag, see docs (\`https://example.org/x\`).

      1. First
         - nested \`a_b\`
      2. Second:
         \`\`\`ts
         if (a < b && c) {
           return \`x\`;
         }
         \`\`\`

      Done."
    `);
  });

  test.each([
    ["plain words", "It's 100% done (really) - 1.5x, a+b=c; yes: no?"],
    ["names with underscores and stars", "snake_case_name and 2 * 3 * 4"],
    ["HTML as text", "use <b> & <i> here"],
    ["generics", "Map<string, Array<number>> a && b"],
    ["template braces", "${{ github.token }} {{ x }} {% y %}"],
    ["quotes and slashes", `"a" 'b' src/a/b.ts and/or`],
    ["other scripts", "日本語 — Ünïcödé ελληνικά"],
  ])("%s", (_, text) => {
    expect(seen(lineMarkdown(text))).toBe(text);
    expect(seen(blockMarkdown(text))).toBe(text);
  });

  test("code stays as it is, even with what would be active outside", () => {
    const code = "const a = '@user #1 <b> [x](y) https://x.y';\n\n  $indented\t`tick` ```fence```";
    expect(seen(blockMarkdown(`\`\`\`\`js\n${code}\n\`\`\`\``))).toBe(code);
  });

  test("a cut is marked and never splits a character", () => {
    expect(lineMarkdown("x".repeat(50), 20)).toBe("xxxxxxxxxxxx … (cut)");
    expect(lineMarkdown("😀".repeat(50), 21)).toMatch(/^(?:😀)+ … \(cut\)$/u);
    expectInert(blockMarkdown(`\`\`\`\n${"code\n".repeat(100)}\`\`\``, 100));
  });
});

test("hostile lengths take no time to speak of", () => {
  const started = performance.now();
  for (const unit of [
    "`",
    "`a",
    "[",
    "[](",
    "**",
    "**a",
    "!",
    "(",
    "a)",
    "*_",
    "\\",
    "&",
    "|\n",
    "- \n",
    " ",
    "```\n",
    "@",
    "a.",
  ])
    blockMarkdown(unit.repeat(Math.ceil(8_000 / unit.length)));
  expect(performance.now() - started).toBeLessThan(3_000);
});
