import { expect, test } from "vitest";
import { isPublicAddress } from "./public-address.ts";

test.each(["1.1.1.1", "104.16.0.35", "140.82.121.4", "172.32.0.1", "2606:4700::6810:23", "2a00:1450:4001::200e"])(
  "%s is public",
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  ["loopback", ["127.0.0.1", "127.255.255.254", "::1"]],
  ["unspecified", ["0.0.0.0", "0.1.2.3", "::"]],
  ["private", ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"]],
  ["link-local, a cloud's metadata among them", ["169.254.169.254", "169.254.20.10", "fe80::1", "fe80::1%eth0"]],
  ["shared by a provider's customers", ["100.64.0.1", "100.100.100.200", "100.127.255.255"]],
  ["a cloud's own", ["168.63.129.16", "fd00:ec2::254", "192.0.0.192"]],
  ["unique local and site-local", ["fc00::1", "fdff::1", "fec0::1"]],
  ["multicast and broadcast", ["224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1"]],
  ["reserved or for documentation", ["192.0.2.1", "198.18.0.1", "203.0.113.1", "240.0.0.1", "2001:db8::1", "3fff::1"]],
  [
    "IPv4 inside, mapped",
    ["::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:1.1.1.1", "0:0:0:0:0:FFFF:a00:1"],
  ],
  ["IPv4 inside, compatible or translated", ["::127.0.0.1", "::a00:1", "::ffff:0:10.0.0.1"]],
  ["IPv4 inside, NAT64", ["64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::10.0.0.1"]],
  ["IPv4 inside, 6to4 and Teredo", ["2002:a00:1::", "2002:7f00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"]],
  ["not given out", ["4000::1", "5f00::1", "8000::1", "100::1"]],
  [
    "no address",
    ["", "localhost", "example.com", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "1.1.1.1 ", "[::1]"],
  ],
])("%s", (_, addresses) => {
  expect(addresses.filter(isPublicAddress)).toEqual([]);
});
