import { html } from "hono/html";
import type { Delivery } from "../webhooks/hooks.ts";
import type { Markup } from "./markup.ts";
import { ago } from "./parts/time.ts";

/** One attempt to tell a receiver something: request, answer, and a button to send it again. */
export function deliveryView(delivery: Delivery, hookPath: string, now: number): Markup {
  const { id, guid, event, action, status, statusCode, durationMs, redelivery, deliveredAt } = delivery;
  const outcome = status === null ? "waiting" : status === "OK" ? "good" : "bad";
  const what = action === null ? event : `${event}.${action}`;
  const answer = status === null ? "under way" : status === "OK" ? `${statusCode}` : status;
  return html`<li id="delivery-${id}"><details id="delivery-${id}-more"><summary><span class="outcome ${outcome}">${answer}</span> <code>${what}</code>${redelivery ? html` <span class="pill">redelivery</span>` : ""} <span class="muted">${ago(deliveredAt, now)}${status === null ? "" : ` · ${durationMs} ms`}</span></summary>
<p class="muted">Delivery <code>${guid}</code></p>
<h2>Request</h2>${headers(delivery.headers)}<pre tabindex="0" aria-label="Body of the request">${pretty(delivery.body)}</pre>
<h2>Answer</h2>${status === null ? html`<p class="muted">none yet</p>` : html`${headers(delivery.responseHeaders)}<pre tabindex="0" aria-label="Body of the answer">${pretty(delivery.responseBody) || "(empty)"}</pre>`}</details>
<form method="post" action="${hookPath}/deliveries/${id}/attempts" data-inline><button id="redeliver-${id}">Redeliver<span class="hidden"> ${what} ${guid.slice(0, 8)}</span></button></form></li>`;
}

function headers(all: Readonly<Record<string, string>>): Markup {
  const rows = Object.entries(all).map(
    ([name, value]) =>
      html`<dt>${name}</dt><dd>${/signature|authorization|cookie/i.test(name) ? "not shown" : value}</dd>`,
  );
  return html`<dl class="headers">${rows}</dl>`;
}

/** JSON indented; anything else as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // An answer may be anything.
    return text;
  }
}
