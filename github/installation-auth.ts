import { RequestError } from "@octokit/request-error";
import type { EndpointOptions, RequestInterface, RequestParameters, Route } from "@octokit/types";
import type { InstallationTokens } from "./installation-tokens.ts";

const maxAttempts = 3;

/**
 * Octokit's strategy for the tokens of an installation. `@octokit/auth-app` has one, which limits a token neither to
 * permissions nor to repositories, and keeps one that GitHub refuses.
 */
export function installationAuth(tokens: InstallationTokens) {
  const auth = async () => ({ type: "token", tokenType: "installation", token: await tokens.current() });
  const hook = async (request: RequestInterface, route: Route | EndpointOptions, parameters?: RequestParameters) => {
    const endpoint = request.endpoint.merge(route as Route, parameters);
    let token = await tokens.current();
    for (let attempt = 1; ; attempt++) {
      endpoint.headers.authorization = `token ${token}`;
      try {
        return await request(endpoint as EndpointOptions);
      } catch (error) {
        // What was refused for who asked was not done: it can be sent again, whatever it is.
        if (!isRefused(error) || attempt === maxAttempts) throw error;
        token = await tokens.after(token);
      }
    }
  };
  return Object.assign(auth, { hook });
}

/** Of a suspended installation the attempt to get another token says what to do. */
function isRefused(error: unknown): boolean {
  if (!(error instanceof RequestError)) return false;
  return error.status === 401 || (error.status === 403 && /suspended/i.test(error.message));
}
