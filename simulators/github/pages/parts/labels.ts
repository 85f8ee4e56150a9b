import { html } from "hono/html";
import type { Label } from "../../store/records.ts";
import type { Markup } from "../markup.ts";

/**
 * The page's style sheet has a dozen hues, and grey: a colour of the label's own would need a style in the page, which
 * its policy forbids, and would not be readable on dark and light alike.
 */
export function hueClass(color: string): string {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
  const most = Math.max(red, green, blue);
  const span = most - Math.min(red, green, blue);
  if (span < 0.08) return "grey";
  const turn =
    most === red
      ? ((green - blue) / span + 6) % 6
      : most === green
        ? (blue - red) / span + 2
        : (red - green) / span + 4;
  return `hue-${Math.round(turn * 2) % 12}`;
}

export function label({ name, color, description }: Label): Markup {
  return html`<span class="label ${hueClass(color)}" title="${description ?? name}">${name}</span>`;
}
