import type { SignIn } from "@froussard/github/client";
import type { OwnSecret } from "./secret-search.ts";

/** Every credential that the mediator holds, as it is now; `token` is asked each time, since an App's is renewed. */
export function ownSecrets(input: {
  signIn: SignIn;
  token(): Promise<string>;
  openaiKey: string;
  bearer: string;
}): () => Promise<OwnSecret[]> {
  const { signIn, token, openaiKey, bearer } = input;
  const fixed: OwnSecret[] = [
    { name: "the model provider's key", value: openaiKey },
    { name: "the bearer of this run", value: bearer },
    ...("app" in signIn ? [{ name: "the GitHub App's private key", value: signIn.app.privateKey }] : []),
  ];
  return async () => {
    // One that cannot be had now is none that anybody could show; those had before are remembered by the search.
    const current = await token().catch(() => undefined);
    return current === undefined ? fixed : [...fixed, { name: "the GitHub token", value: current }];
  };
}
