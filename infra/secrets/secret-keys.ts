import { secrets } from "@froussard/contract";
import type { SecretKey } from "../constructs/environment.ts";
import type { GitHubSignIn } from "../constructs/github-sign-in.ts";
import type { Settings } from "../settings/schema.ts";

type Use = keyof Settings["secretNames"];
type Key<U extends Use> = keyof (typeof secrets)[U]["keys"];

/** A Secret's key by what it is for: the settings know its name, the contract the key. */
export function secretKey<U extends Use>({ secretNames }: Settings, use: U, key: Key<U>): SecretKey {
  const keys: Readonly<Record<PropertyKey, string>> = secrets[use].keys;
  return { name: secretNames[use], key: keys[key] ?? "" };
}

/** What the programs sign in to GitHub with. */
export function gitHubSignIn(settings: Settings): GitHubSignIn {
  if (settings.github.credential === "token") return { token: secretKey(settings, "githubToken", "token") };
  return {
    app: {
      appId: secretKey(settings, "githubApp", "appId"),
      installationId: secretKey(settings, "githubApp", "installationId"),
      privateKey: secretKey(settings, "githubApp", "privateKey"),
    },
  };
}

/** The copy of the brokers' certificate authority, named as the operator names the original. */
export function kafkaCa({ kafka }: Settings): SecretKey | undefined {
  return kafka.tls ? { name: `${kafka.cluster}-cluster-ca-cert`, key: "ca.crt" } : undefined;
}
