import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { type ProgressReport, paths, type RunResult, type TaskAnswer, taskAnswer } from "../protocol.ts";
import { hostHeader, type MediatorAddress } from "./mediator-address.ts";

/** The mediator as the agent, and whoever started the agent, sees it. */
export interface MediatorClient {
  task(): Promise<TaskAnswer>;
  /** A pack of what the working copy is made of, its index first. */
  workspace(): Promise<IncomingMessage>;
  progress(report: ProgressReport): Promise<void>;
  /** Hands the result over, once; answers when it is published or refused. */
  result(result: RunResult): Promise<TaskAnswer>;
}

export interface MediatorClientOptions {
  address: MediatorAddress;
  bearer: string;
  signal: AbortSignal;
  /** Waits between tries while the mediator cannot be reached. Milliseconds. @default about a minute in all */
  retryDelaysMs?: readonly number[];
  /** Time limit of `progress`. @default 30_000 */
  timeoutMs?: number;
  /** Time limit of everything else up to the first byte: the mediator may be asking GitHub or publishing. @default 600_000 */
  longTimeoutMs?: number;
}

/** An answer that is not a success; with 4xx trying again is useless. */
export class MediatorError extends Error {
  readonly status: number;

  constructor(status: number, path: string) {
    super(`mediator answered ${status} to ${path}`);
    this.name = "MediatorError";
    this.status = status;
  }
}

const patient = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 20_000];

/** A client that tries again when the connection is refused or lost, and when the mediator answers 5xx or 429. */
export function createMediatorClient(options: MediatorClientOptions): MediatorClient {
  const { address, signal, retryDelaysMs = patient, timeoutMs = 30_000, longTimeoutMs = 600_000 } = options;
  const headers = { host: hostHeader(address), authorization: `Bearer ${options.bearer}` };

  const once = (method: string, path: string, limitMs: number, body?: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const content =
        body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const call = request({ ...address, method, path, headers: { ...headers, ...content }, signal, agent: false });
      const timer = setTimeout(
        () => call.destroy(new Error(`mediator did not answer ${path} in ${limitMs} ms`)),
        limitMs,
      );
      call.once("close", () => clearTimeout(timer));
      call.once("error", reject);
      call.once("response", (response) => {
        clearTimeout(timer);
        if (response.statusCode !== undefined && response.statusCode < 300) return resolve(response);
        response.resume();
        reject(new MediatorError(response.statusCode ?? 0, path));
      });
      call.end(body);
    });

  const withRetries = async <T>(action: () => Promise<T>): Promise<T> => {
    for (const delay of retryDelaysMs) {
      try {
        return await action();
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof MediatorError && error.status < 500 && error.status !== 429) throw error;
        await sleep(delay, undefined, { signal });
      }
    }
    return await action();
  };

  const json = async (response: IncomingMessage) => taskAnswer.parse(JSON.parse(await text(response)));
  const task = () => withRetries(async () => json(await once("GET", paths.task, longTimeoutMs)));

  return {
    task,
    workspace: () => withRetries(() => once("GET", paths.workspace, longTimeoutMs)),
    progress: async (report) => {
      const response = await once("POST", paths.progress, timeoutMs, JSON.stringify(report));
      response.resume();
    },
    result: async (result) => {
      const body = JSON.stringify(result);
      try {
        return await withRetries(async () => json(await once("POST", paths.result, longTimeoutMs, body)));
      } catch (error) {
        // The answer to an earlier try was lost, or somebody else was first: the mediator has a result.
        if (error instanceof MediatorError && error.status === 409) return task();
        throw error;
      }
    },
  };
}
