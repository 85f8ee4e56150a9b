import { expect, test } from "vitest";
import { type GitHubSignIn, signInMounts, signInVariables, signInVolumes } from "./github-sign-in.ts";

const token: GitHubSignIn = { token: { name: "github-token", key: "token" } };
const key = (name: string) => ({ name: "github-app", key: name });
const app: GitHubSignIn = {
  app: { appId: key("app-id"), installationId: key("installation-id"), privateKey: key("private-key") },
};

test("an account's token is a variable", () => {
  expect(signInVariables(token)).toEqual({ GITHUB_TOKEN: { name: "github-token", key: "token" } });
  expect([...signInVolumes(token), ...signInMounts(token)]).toEqual([]);
});

test("an App's key is a file that only the pod's own group reads", () => {
  expect(signInVariables(app)).toEqual({
    GITHUB_APP_ID: key("app-id"),
    GITHUB_APP_INSTALLATION_ID: key("installation-id"),
    GITHUB_APP_PRIVATE_KEY_FILE: "/etc/github-app/private-key",
  });
  expect(signInVolumes(app)).toEqual([
    {
      name: "github-app",
      secret: {
        secretName: "github-app",
        defaultMode: 0o440,
        items: [{ key: "private-key", path: "private-key" }],
      },
    },
  ]);
  expect(signInMounts(app)).toEqual([{ name: "github-app", mountPath: "/etc/github-app", readOnly: true }]);
});
