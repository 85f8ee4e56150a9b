import { isIP } from "node:net";
import ip from "ipaddr.js";

/** All IPv6 that is routed on the internet; the rest is special or not given out yet. */
const globalIPv6 = ip.IPv6.parseCIDR("2000::/3");
/** Azure's services for the machine itself, at an address that looks public. */
const ofAzure = "168.63.129.16";

/**
 * Whether an address is one of the internet's, and none that may lead into the cluster, the machine or a cloud's metadata:
 * loopback, private, link-local, shared, multicast and reserved ones, and whatever carries an IPv4 address inside. Pure.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  const address = ip.parse(text);
  if (address.range() !== "unicast") return false;
  return address instanceof ip.IPv6 ? address.match(globalIPv6) : address.toString() !== ofAzure;
}
