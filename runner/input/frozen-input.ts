import { type Person, sha256 } from "@froussard/contract";
import { type RemovedText, removeHiddenText } from "./hidden-text.ts";

/** The texts of people that a prompt can carry. */
export type InputName = "issue-title" | "issue-body" | "plan" | "replan-request";

/** A text as the model is given it, frozen when the run began. */
export interface FrozenInput {
  name: InputName;
  /** Who wrote it; absent for a deleted account. */
  author?: Person;
  text: string;
  /** Of `text`. */
  sha256: string;
  /** What was in the original and is not in `text`, to be told to whoever approves. */
  removed: RemovedText[];
}

/** Freezes a text for a prompt, without what its readers on GitHub cannot see. */
export function freezeInput(name: InputName, text: string, author: Person | undefined): FrozenInput {
  const visible = removeHiddenText(text);
  return {
    name,
    ...(author !== undefined && { author }),
    text: visible.text,
    sha256: sha256(visible.text),
    removed: visible.removed,
  };
}
