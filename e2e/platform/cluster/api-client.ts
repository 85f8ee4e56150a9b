import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import * as z from "zod";

/** Where the API server is, and whom it can be known by. */
export interface ApiServer {
  url: string;
  /** Certificate in PEM. */
  ca: string;
}

/** Who asks: by a token, or by a certificate with its key in PEM. */
export type Identity = { token: string } | { cert: string; key: string };

export interface ApiAnswer {
  status: number;
  /** The JSON, or the text if it is none. */
  body: unknown;
}

export interface ApiCall {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: object;
  /** Of the body. @default "application/json" */
  contentType?: "application/json" | "application/merge-patch+json" | "application/apply-patch+yaml";
  headers?: Record<string, string>;
}

/** Asks the API server in one person's name. */
export type ApiClient = (path: string, call?: ApiCall) => Promise<ApiAnswer>;

const pem = z.string().transform((file) => readFileSync(file, "utf8"));
const kubeconfigSchema = z.object({
  clusters: z.tuple([z.object({ cluster: z.object({ server: z.url(), "certificate-authority": pem }) })]),
  users: z.tuple([z.object({ user: z.object({ "client-certificate": pem, "client-key": pem }) })]),
});

/** What a kubeconfig of this platform leads to (`node/kubeconfig.ts`). */
export function readKubeconfig(file: string): { server: ApiServer; identity: Identity } {
  const { clusters, users } = kubeconfigSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  return {
    server: { url: cluster.server, ca: cluster["certificate-authority"] },
    identity: { cert: user["client-certificate"], key: user["client-key"] },
  };
}

/** Without an identity it is nobody who asks. Connections are kept. */
export function apiClient({ url, ca }: ApiServer, identity?: Identity): ApiClient {
  const { token, ...certificate } = identity && "token" in identity ? identity : { token: undefined, ...identity };
  const agent = new Agent({ keepAlive: true });
  const ask: ApiClient = (path, options = {}) => {
    const { method = "GET", body, contentType = "application/json", headers = {} } = options;
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, url), {
        ...{ method, ca, ...certificate, agent, timeout: 20_000 },
        headers: {
          accept: "application/json",
          ...(body && { "content-type": contentType }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
      });
      call.once("timeout", () => call.destroy(new Error(`the API server did not answer ${method} ${path} in 20 s`)));
      // One that the server has closed while it was taken up again: a look can be repeated.
      const again = () => call.reusedSocket && method === "GET";
      call.once("error", (error) => (again() ? ask(path, options).then(resolve, reject) : reject(error)));
      call.once("response", (response) => {
        text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: parsed(answer) }), reject);
      });
      call.end(body && JSON.stringify(body));
    });
  };
  return ask;
}

function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return answer;
  }
}
