import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { sha256 } from "@froussard/contract";
import { refusal } from "./refusal.ts";

/**
 * Lets a request in that was made by the run's own agent: to this server by its address (`Host`, so that no name can be
 * made to point here), not by a web page (`Origin`), and with the run's bearer.
 * @throws ModelError 400, 403 or 401
 */
export function admit(request: IncomingMessage, bearer: string): void {
  const { origin, authorization = "" } = request.headers;
  const [host, second] = request.headersDistinct["host"] ?? [];
  if (host === undefined || second !== undefined || !isOurs(host, request.socket.localAddress))
    throw refusal(400, "host is not this server");
  if (origin !== undefined || request.headers["sec-fetch-site"] !== undefined)
    throw refusal(403, "requests from web pages are not served");
  const given = Buffer.from(sha256(authorization), "hex");
  if (!timingSafeEqual(given, Buffer.from(sha256(`Bearer ${bearer}`), "hex")))
    throw refusal(401, "the run's bearer is missing or wrong", { "www-authenticate": "Bearer" });
}

/** A loopback name, or the very address that the connection came in on. */
function isOurs(host: string, localAddress: string | undefined): boolean {
  const name = /^(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+))(?::[0-9]{1,5})?$/.exec(host);
  const address = name?.[1] ?? name?.[2];
  if (address === undefined) return false;
  if (["localhost", "127.0.0.1", "::1"].includes(address)) return true;
  return isIP(address) !== 0 && address === localAddress?.replace(/^::ffff:/, "");
}
