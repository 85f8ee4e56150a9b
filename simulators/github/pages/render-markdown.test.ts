import { expect, test } from "vitest";
import { type References, renderMarkdown } from "./render-markdown.ts";

const references: References = {
  repository: "ada/lab",
  user: (login) => (login === "ada" ? "http://127.0.0.1/ada" : null),
  issue: (repository, number) =>
    repository === "ada/lab" && number === 1 ? "http://127.0.0.1/ada/lab/issues/1" : null,
  shortName: (url) => (url === "http://127.0.0.1/ada/lab/pull/2" ? "#2" : null),
};
const render = async (source: string) => await renderMarkdown(source, references);

test("GitHub's Markdown: tables, tasks, code, folded details, emoji names, line ends", async () => {
  const shown = await render(
    "one\ntwo :tada:\n\n- [x] done\n- [ ] open\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n```sh\nls <x>\n```\n\n<details><summary>More</summary>\n\n**bold** ~~gone~~\n\n</details>",
  );
  expect(shown).toContain("one<br>\ntwo 🎉");
  expect(shown).toContain('<input type="checkbox" checked disabled aria-label="done"> done');
  expect(shown).toMatch(/<div class="scroll" tabindex="0"[^>]*><table>/);
  expect(shown).toMatch(/<code class="language-sh">ls &#x3C;x>/);
  expect(shown).toMatch(/<details><summary>More<\/summary>\n<p><strong>bold<\/strong> <del>gone<\/del><\/p>/);
});

test("what exists is linked, nothing else, and nothing in code", async () => {
  const shown = await render("@ada @eve #1 #2 http://127.0.0.1/ada/lab/pull/2 `@ada #1`");
  expect(shown.match(/<a [^>]*>[^<]*/g)?.map((link) => link.replace(/.*>/, ""))).toEqual(["@ada", "#1", "#2"]);
  expect(shown).toContain('rel="nofollow noopener noreferrer"');
  expect(shown).toContain("<code>@ada #1</code>");
});

test.each([
  ["a comment", "<!-- codex:plan -->\nseen", "seen"],
  ["an open comment", "seen\n\n<!-- codex:plan", "seen"],
  ["a script", "<script>alert(1)</script>seen", "seen"],
  ["a handler", '<p onclick="alert(1)">seen</p>', "seen"],
  ["a picture", '<img src="http://evil.example/x.png" onerror="alert(1)" alt="cat">', "cat"],
  ["a picture's sources", '<picture><source srcset="http://evil.example/x.png"><img alt="cat"></picture>', "cat"],
  ["a link that runs", "[seen](javascript:alert(1))", "seen"],
  ["a link that hides what it does", '<a href="java&#10;script:alert(1)">seen</a>', "seen"],
  ["data", '<a href="data:text/html,<script>alert(1)</script>">seen</a>', "seen"],
  ["a frame", '<iframe src="http://evil.example" srcdoc="x"></iframe>seen', "seen"],
  ["an object", '<object data="http://evil.example"></object><embed src="http://evil.example">seen', "seen"],
  ["a style", '<style>body{background:url(http://evil.example)}</style><p style="position:fixed">seen</p>', "seen"],
  ["a form", '<form action="http://evil.example"><input name=a value=b><button>seen</button></form>', "seen"],
  ["a base", '<base href="http://evil.example/">seen', "seen"],
  ["a refresh", '<meta http-equiv="refresh" content="0;url=http://evil.example">seen', "seen"],
  [
    "a drawing",
    '<svg onload="alert(1)"><script>alert(1)</script><a xlink:href="javascript:alert(1)">seen</a></svg>',
    "seen",
  ],
  ["math", '<math><mi xlink:href="javascript:alert(1)">seen</mi></math>', "seen"],
  ["a template", "<template><script>alert(1)</script></template><slot>seen</slot>", "seen"],
  ["an end too many", "</div></article></main><script>alert(1)</script>seen", "seen"],
  ["a name that is ours", '<p id="news" name="content" class="hidden" data-live="main">seen</p>', "seen"],
])("%s is inert", async (_name, source, seen) => {
  const shown = await render(source);
  expect(shown).toContain(seen);
  expect(shown).not.toMatch(
    /<!--|<(script|img|source|iframe|object|embed|style|form|button|base|meta|svg|math|template)\b/,
  );
  expect(shown).not.toMatch(/\son\w+=|\sstyle=|javascript:|srcdoc|<[^>]*(src|srcset|action|data-live)=|data:text/);
  expect(shown).not.toMatch(/\b(id|name)=|class="hidden"/);
});

test("nesting without end is shown as it was written, in no time", async () => {
  for (const deep of [">".repeat(60_000), "- ".repeat(30_000), "<b>".repeat(2_000), "*a ".repeat(1_000)])
    expect((await render(deep)).length).toBeGreaterThan(0);
  expect(await render(`${">".repeat(200)} <b>`)).toBe(`<pre>${">".repeat(200)} &lt;b></pre>`);
});
