import type { FrozenInput } from "../input/frozen-input.ts";

/**
 * An untrusted text between two lines that carry a part of its own hash. A text cannot contain its own hash, so nothing
 * in it can end its section early.
 */
export function section({ name, text, sha256 }: FrozenInput): string {
  const mark = `${name} ${sha256.slice(0, 16)}`;
  return `===== BEGIN ${mark} =====\n${text}\n===== END ${mark} =====`;
}
