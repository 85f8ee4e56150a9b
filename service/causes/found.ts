import type { Cause } from "../cause.ts";
import type { Tell } from "../notes.ts";

/** What one kind of cause has to say about an issue. */
export interface Found {
  cause?: Cause;
  /** Why there is no cause. */
  reason?: string;
  tell?: Tell[];
}
