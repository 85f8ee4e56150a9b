import { basename } from "node:path";
import * as z from "zod";

/** Where a server listens: `unix:<absolute path>` or `<host>:<port>`. */
export type ListenAddress = { path: string } | { host: string; port: number };

/** An address as a setting. */
export const listenAddress = z.string().transform((text, context): ListenAddress => {
  const path = /^unix:(\/.{1,103})$/.exec(text)?.[1];
  if (path && basename(path)) return { path };
  const [, host, port] = /^(?:\[([0-9a-fA-F:]+)\]|[A-Za-z0-9.-]+):([0-9]{1,5})$/.exec(text) ?? [];
  if (port !== undefined && Number(port) <= 65_535)
    return { host: host ?? text.slice(0, text.lastIndexOf(":")), port: Number(port) };
  context.addIssue({
    code: "custom",
    message: "is neither unix:<absolute path of at most 104 characters> nor <host>:<port>",
  });
  return z.NEVER;
});
