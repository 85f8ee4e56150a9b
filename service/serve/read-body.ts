import type { IncomingMessage } from "node:http";
import type { ByteBudget } from "./byte-budget.ts";
import { KeptBytes } from "./kept-bytes.ts";
import { Refusal } from "./refusal.ts";

export interface BodyLimits {
  /** More is refused as soon as it is announced or sent. */
  maxBytes: number;
  /** More is read, and given to `onChunk`, but not kept. */
  keepBytes: number;
  budget: ByteBudget;
  /** Time for the whole body. Milliseconds. */
  withinMs: number;
  /** Told each piece as it comes. */
  onChunk?: (chunk: Buffer) => void;
}

export interface Body {
  size: number;
  /** As received; undefined when it was too large to be kept. */
  bytes: Buffer | undefined;
  /** How it begins, whether it was kept or not. */
  head: Buffer;
  /** The bytes are not needed any more. Safe to call twice. */
  release(): void;
}

/** How much of a body that is not kept stays to be looked at. */
const headBytes = 1024;
const close = { connection: "close" };
/** Chunks of single bytes cost hundreds of times what they carry; networks cut at a thousand bytes or more. */
const isCrumbled = (pieces: number, size: number) => pieces > 256 + size / 64;

/**
 * Reads a body, never holding more than the limits allow.
 * @throws Refusal 400 (in crumbs), 413 (too large), 408 (too slow), 503 (too many at a time); Error when the sender went away
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Body> {
  const { maxBytes, keepBytes, budget, withinMs, onChunk } = limits;
  const tooLarge = () => new Refusal(413, `the body is larger than ${maxBytes} bytes, which GitHub never sends`, close);
  const announced = Number(request.headers["content-length"] ?? maxBytes);
  if (announced > maxBytes) throw tooLarge();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const tooMany = () =>
    refuse(new Refusal(503, "too many bodies at a time: redeliver it later", { ...close, "retry-after": "5" }));
  const kept = new KeptBytes(budget, Math.min(announced, keepBytes), tooMany);
  let head: Buffer | undefined;
  let size = 0;
  let pieces = 0;
  const refuse = (refusal: Refusal) => {
    request.off("data", take);
    reject(refusal);
  };
  const take = (chunk: Buffer) => {
    size += chunk.length;
    pieces += 1;
    if (size > maxBytes) return refuse(tooLarge());
    if (isCrumbled(pieces, size)) return refuse(new Refusal(400, "the body comes in too many small pieces", close));
    onChunk?.(chunk);
    if (head) return;
    if (size <= keepBytes) {
      if (!kept.append(chunk)) tooMany();
      return;
    }
    head = Buffer.from((kept.bytes.length > 0 ? kept.bytes : chunk).subarray(0, headBytes));
    kept.release();
  };
  const timer = setTimeout(
    () => reject(new Refusal(408, `the body did not come within ${withinMs} ms`, close)),
    withinMs,
  );
  const gone = () => reject(new Error("the sender went away before its body was whole"));
  const whole = () => {
    // A request closes right after its end, before anybody who waits for the promise goes on.
    request.off("close", gone);
    kept.finish();
    resolve();
  };
  request.on("data", take).once("end", whole).on("error", gone).once("close", gone);
  try {
    await promise;
  } catch (error) {
    kept.release();
    throw error;
  } finally {
    clearTimeout(timer);
    request.off("data", take).off("close", gone);
  }
  const bytes = head ? undefined : kept.bytes;
  return { size, bytes, head: head ?? kept.bytes.subarray(0, headBytes), release: () => kept.release() };
}
