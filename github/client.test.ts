import { expect, test } from "vitest";
import { gitUrl } from "./client.ts";

test.each([
  [undefined, "https://github.com/o/r.git"],
  ["https://api.github.com", "https://github.com/o/r.git"],
  ["https://api.acme.ghe.com", "https://acme.ghe.com/o/r.git"],
  ["https://git.acme.example/api/v3", "https://git.acme.example/o/r.git"],
  ["https://api.acme.example/api/v3", "https://api.acme.example/o/r.git"],
  ["http://127.0.0.1:4000/api/v3", "http://127.0.0.1:4000/o/r.git"],
])("git's address for the API %s is %s", (api, expected) => {
  expect(gitUrl(api, "o/r")).toBe(expected);
});
