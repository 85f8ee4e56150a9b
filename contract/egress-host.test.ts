import { describe, expect, test } from "vitest";
import { isListedHost, parseEgressHost } from "./egress-host.ts";

describe("parseEgressHost", () => {
  test.each([
    ["packages.example.org", { name: "packages.example.org", below: false, port: 443 }],
    ["Packages.Example.ORG", { name: "packages.example.org", below: false, port: 443 }],
    ["*.example.com", { name: "example.com", below: true, port: 443 }],
    ["git.example.com:8443", { name: "git.example.com", below: false, port: 8443 }],
    ["*.example.com:65535", { name: "example.com", below: true, port: 65_535 }],
    ["xn--bcher-kva.example", { name: "xn--bcher-kva.example", below: false, port: 443 }],
    ["1.2.3.example.com", { name: "1.2.3.example.com", below: false, port: 443 }],
  ])("%s", (text, host) => {
    expect(parseEgressHost(text)).toEqual(host);
  });

  test.each([
    ...["", " ", "*", "*.", "*.com", "**.example.com", "a.*.example.com", "*a.example.com", "*.*.example.com"],
    ...["localhost", "registry", ".example.com", "example.com.", "a..example.com", "-a.example.com", "a-.example.com"],
    ...["127.0.0.1", "*.0.0.1", "2130706433", "0x7f.0.0.1", "a.0x7f", "a.b.1", "[::1]", "::1", "::ffff:10.0.0.1"],
    ...[
      "example.com:0",
      "example.com:",
      "example.com:65536",
      "example.com:0443",
      "example.com:+443",
      "example.com:4e2",
    ],
    ...["https://example.com", "example.com/path", "user@example.com", "example.com:443:80", "example.com example.org"],
    ...["bücher.example", "exa_mple.com", "example.com\n", `${"a".repeat(64)}.com`, `${"a.".repeat(126)}com`],
  ])("refuses %j", (text) => {
    expect(parseEgressHost(text)).toBeUndefined();
  });
});

describe("isListedHost", () => {
  const list = ["packages.example.org", "*.example.com", "git.example.org:8443"].flatMap((text) => {
    const host = parseEgressHost(text);
    return host ? [host] : [];
  });

  test.each([
    ["packages.example.org", 443],
    ["a.example.com", 443],
    ["a.b.example.com", 443],
    ["git.example.org", 8443],
  ])("has %s:%i", (host, port) => {
    expect(isListedHost(list, host, port)).toBe(true);
  });

  test.each([
    ["packages.example.org", 80],
    ["packages.example.org", 8443],
    ["git.example.org", 443],
    ["example.org", 443],
    ["evil.packages.example.org", 443],
    ["packages.example.org.evil.com", 443],
    ["example.com", 443],
    ["evilexample.com", 443],
    [".example.com", 443],
    ["a..example.com", 443],
    ["a@b.example.com", 443],
    ["127.0.0.1#.example.com", 443],
    ["a.example.com.evil.com", 443],
    [`${"a.".repeat(122)}example.com`, 443],
  ])("does not have %s:%i", (host, port) => {
    expect(isListedHost(list, host, port)).toBe(false);
  });

  test("an empty list has nothing", () => {
    expect(isListedHost([], "packages.example.org", 443)).toBe(false);
  });
});
