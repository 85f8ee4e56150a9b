import type { HtmlEscapedString } from "hono/utils/html";

/** A piece of a page; hono's `html` escapes whatever is put into it. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;
