import * as z from "zod";

/** Where the mediator listens. */
export type MediatorAddress = { socketPath: string } | { host: string; port: number };

/** Reads `MEDIATOR_URL`: `unix:<absolute path>` or `http://<host>:<port>`. */
export const mediatorAddress = z.string().transform((text, context): MediatorAddress => {
  const socketPath = /^unix:(\/.+)$/.exec(text)?.[1];
  if (socketPath !== undefined) return { socketPath };
  const url = URL.parse(text);
  if (url?.protocol === "http:" && url.pathname === "/" && url.username === "" && url.search === "")
    return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 80) };
  context.addIssue({ code: "custom", message: "is neither unix:<absolute path> nor http://<host>:<port>" });
  return z.NEVER;
});

/** The `Host` that a request to this address carries; the mediator checks it. */
export function hostHeader(address: MediatorAddress): string {
  if ("socketPath" in address) return "localhost";
  return `${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
}
