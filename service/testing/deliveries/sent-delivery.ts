import type { Stage } from "@froussard/contract";

/** A delivery as the sender remembers it: what must be found in the topics, and what it was answered. */
export interface SentDelivery {
  id: string;
  event: string;
  /** As far as `serve` reads it. */
  action?: string;
  contentType: string;
  size: number;
  /** Of the body. */
  sha256: string;
  /** Larger than the topic takes. */
  isOmitted: boolean;
  /** What it asks for, when it asks for something. */
  task?: { issueNumber: number; taskId: string };
  sends: Send[];
}

/** One try. Times by `performance.now()`. */
export interface Send {
  startedAt: number;
  endedAt: number;
  /** The status; `cut` when the connection broke, `silent` when nothing came within GitHub's ten seconds. */
  outcome: number | "cut" | "silent";
  /** As answered with 202. */
  stage?: Stage | null;
}

/** All sent deliveries carry this hook's id. */
export const hookId = "292430182";

export const isAccepted = ({ outcome }: Send) => outcome === 202;
