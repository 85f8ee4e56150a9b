import type { SecretKey, Variables } from "./environment.ts";

/** How a program signs in to GitHub: with an account's token, or as an App by its key. */
export type GitHubSignIn =
  | { token: SecretKey }
  | {
      app: {
        appId: SecretKey;
        installationId: SecretKey;
        /** Mounted as a file, never a variable; of the same Secret. */
        privateKey: SecretKey;
      };
    };

const volume = "github-app";
const folder = "/etc/github-app";
/** For the owner, and for the group that the pod's volumes belong to: Kubernetes leaves the file to root. */
const mode = 0o440;

/** Variables that tell a program how it signs in. */
export function signInVariables(signIn: GitHubSignIn): Variables {
  if ("token" in signIn) return { GITHUB_TOKEN: signIn.token };
  const { appId, installationId, privateKey } = signIn.app;
  return {
    GITHUB_APP_ID: appId,
    GITHUB_APP_INSTALLATION_ID: installationId,
    GITHUB_APP_PRIVATE_KEY_FILE: `${folder}/${privateKey.key}`,
  };
}

/** The pod's volume for the App's key, which holds that key alone. */
export function signInVolumes(signIn: GitHubSignIn) {
  if ("token" in signIn) return [];
  const { name, key } = signIn.app.privateKey;
  return [{ name: volume, secret: { secretName: name, defaultMode: mode, items: [{ key, path: key }] } }];
}

/** Where a container sees it. */
export function signInMounts(signIn: GitHubSignIn) {
  return "token" in signIn ? [] : [{ name: volume, mountPath: folder, readOnly: true }];
}
