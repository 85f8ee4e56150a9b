/**
 * Makes a text of the model show what it holds: line ends are LF, control characters become their pictures (␀), whatever
 * is not seen (bidirectional, zero-width, tag characters, variation selectors, private use) is removed, and piles of
 * combining marks are cut. Well-formed UTF-16 afterwards.
 */
export function visibleText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, "\n")
    .replace(/[\0-\x08\x0B-\x1F]/g, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)))
    .replace(/[\x7F-\x9F]/g, "␡")
    .replace(/\p{Cf}|\p{Co}|\p{Cn}|\p{Default_Ignorable_Code_Point}|[\u115F\u1160\u3164\uFFA0]/gu, "")
    .replace(/(\p{M}{4})\p{M}+/gu, "$1");
}

/** The same as one line: line ends and tabs become spaces. */
export function visibleLine(text: string): string {
  return visibleText(text).replace(/\s+/gu, " ").trim();
}

/** Cuts a text to so many characters and marks the cut; never splits a surrogate pair. */
export function cutVisibly(text: string, max: number, mark = " … (cut)"): string {
  if (text.length <= max) return text;
  const end = Math.max(0, max - mark.length);
  const isSplit = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  return text.slice(0, isSplit ? end - 1 : end) + mark;
}
