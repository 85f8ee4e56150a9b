import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** The frame of every page; `html` escapes whatever is put into it. */
export function page(title: string, acting: string, logins: readonly string[], content: Markup): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title} · simulated GitHub</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f6f8fa; padding: .75rem; border-radius: 6px; }
article { border: 1px solid #d0d7de; border-radius: 6px; padding: .75rem; margin: 1rem 0; }
input, textarea, select { font: inherit; width: 100%; box-sizing: border-box; }
.label { background: #ddf4ff; border-radius: 1em; padding: 0 .6em; }
header { display: flex; justify-content: space-between; gap: 1rem; }
header form { display: flex; gap: .5rem; }
</style>
</head>
<body>
<header>
<p><a href="/">Simulated GitHub</a>: nothing here leaves this machine</p>
<form method="post" action="/-/acting">
<label>You are <select name="login">${logins.map(
    (login) => html`<option value="${login}" ${login === acting ? "selected" : ""}>${login}</option>`,
  )}</select></label><button>Switch</button>
</form>
</header>
<h1>${title}</h1>
${content}
</body>
</html>`;
}
