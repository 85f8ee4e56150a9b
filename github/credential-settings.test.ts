import { expect, test } from "vitest";
import { credentialFault, credentialNames } from "./credential-settings.ts";

const token = { GITHUB_TOKEN: "ghp_x" };
const app = {
  GITHUB_APP_ID: "1",
  GITHUB_APP_INSTALLATION_ID: "2",
  GITHUB_APP_PRIVATE_KEY_FILE: "/key.pem",
};

test.each<[why: string, given: object, faults: Record<string, string>]>([
  ["a token", token, {}],
  ["an App", app, {}],
  ["nothing", {}, { GITHUB_TOKEN: "missing" }],
  ["both", { ...token, ...app }, { GITHUB_TOKEN: "superfluous" }],
  ["a token and a rest of an App", { ...token, GITHUB_APP_ID: "1" }, { GITHUB_TOKEN: "superfluous" }],
  [
    "an App's id alone",
    { GITHUB_APP_ID: "1" },
    { GITHUB_APP_INSTALLATION_ID: "missing", GITHUB_APP_PRIVATE_KEY_FILE: "missing" },
  ],
  [
    "a key alone",
    { GITHUB_APP_PRIVATE_KEY_FILE: "/key.pem" },
    { GITHUB_APP_ID: "missing", GITHUB_APP_INSTALLATION_ID: "missing" },
  ],
])("exactly one way to sign in: %s", (_, given, faults) => {
  const found = credentialNames.flatMap((name) => {
    const fault = credentialFault(name, given);
    return fault ? [[name, fault]] : [];
  });
  expect(Object.fromEntries(found)).toEqual(faults);
});
