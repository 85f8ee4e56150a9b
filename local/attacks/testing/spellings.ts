/** A secret as it is, and in the spellings that would carry it past a plain search. */
export function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // In base64 the text looks different at each of three offsets; what depends on its neighbours is cut off.
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "")
      .slice(Math.ceil((offset * 4) / 3) + (offset > 0 ? 1 : 0), -2),
  );
  return [
    secret,
    // Cut by some characters, as in the attack that passed a scanner for whole keys.
    secret.slice(0, -7),
    secret.slice(7),
    [...secret].reverse().join(""),
    bytes.toString("hex"),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}
