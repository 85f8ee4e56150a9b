import { expect, test } from "vitest";
import { connectTarget } from "./connect-target.ts";

test.each([
  ["packages.example.org:443", { host: "packages.example.org", port: 443 }],
  ["Packages.Example.Org.:8443", { host: "packages.example.org", port: 8443 }],
  ["xn--bcher-kva.example:443", { host: "xn--bcher-kva.example", port: 443 }],
])("%s", (text, target) => {
  expect(connectTarget(text)).toEqual(target);
});

test.each([
  ...["", "/", "*", "example.com", "example.com:", ":443", "example.com:0", "example.com:0443", "example.com:65536"],
  ...[
    "example.com:443:80",
    "example.com:+443",
    "example.com:4_3",
    "example.com:443/",
    "example.com:443?x",
    "//example.com:443",
  ],
  ...["http://example.com:443", "https://example.com/", "user@example.com:443", "example.com@evil.example:443"],
  ...["example.com#evil:443", "example.com%00:443", "example.com\r\nx:443", "example.com :443", "bücher.example:443"],
  ...["[::1]:443", "::1:443", `${"a".repeat(255)}:443`],
])("refuses %j", (text) => {
  expect(connectTarget(text)).toBeUndefined();
});
