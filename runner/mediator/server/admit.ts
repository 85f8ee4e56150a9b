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
  if (!isSame(authorization, `Bearer ${bearer}`))
    throw refusal(401, "the run's bearer is missing or wrong", { "www-authenticate": "Bearer" });
}

/**
 * Lets a CONNECT request in: with the run's bearer, as it is or as the password of a proxy's address, which is where tools
 * take it from. `Host` names where the tunnel leads and decides nothing, so there need not be one (HTTP/1.0).
 * @throws ModelError 400 or 407
 */
export function admitTunnel(request: IncomingMessage, bearer: string): void {
  if (request.httpVersionMajor !== 1) throw refusal(400, "this is not HTTP/1");
  if ((request.headersDistinct["host"] ?? []).length > 1) throw refusal(400, "there are two hosts");
  const [, scheme = "", credentials = ""] =
    /^(Basic|Bearer) (\S{1,1000})$/i.exec(request.headers["proxy-authorization"] ?? "") ?? [];
  const given = scheme.toLowerCase() === "basic" ? passwordOf(credentials) : credentials;
  if (!isSame(given, bearer))
    throw refusal(407, "the run's bearer is missing or wrong", { "proxy-authenticate": 'Basic realm="run"' });
}

/** Of `<user>:<password>` in base64. */
function passwordOf(credentials: string): string {
  const text = Buffer.from(credentials, "base64").toString("utf8");
  return text.slice(text.indexOf(":") + 1);
}

/** In a time that tells nothing about the secret. */
function isSame(given: string, secret: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(given), "hex"), Buffer.from(sha256(secret), "hex"));
}

/** A loopback name, or the very address that the connection came in on. */
function isOurs(host: string, localAddress: string | undefined): boolean {
  const name = /^(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+))(?::[0-9]{1,5})?$/.exec(host);
  const address = name?.[1] ?? name?.[2];
  if (address === undefined) return false;
  if (["localhost", "127.0.0.1", "::1"].includes(address)) return true;
  return isIP(address) !== 0 && address === localAddress?.replace(/^::ffff:/, "");
}
