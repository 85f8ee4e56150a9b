/** Shorter pieces would be found by chance; what a secret is shorter than is not looked for at all. */
const pieceLength = 12;
/** A key of many lines has so many pieces that larger ones will do. */
const longPieceLength = 32;
const longSecret = 200;

/** Parts that many secrets of a kind share, and that documentation shows: prefixes of tokens, heads of JSON Web Tokens and keys. */
function distinctiveParts(secret: string): string[] {
  if (secret.includes("-----BEGIN")) {
    const body = secret.replace(/-----[^-\n]*-----/g, "").replace(/\s+/g, "");
    return [body.slice(40)];
  }
  const last = secret.split(".").at(-1) ?? secret;
  const isJsonWebToken = /(?:^|_)eyJ[A-Za-z0-9_-]*\./.test(secret) && last.length >= 2 * pieceLength;
  return [(isJsonWebToken ? last : secret).replace(/^(?:[A-Za-z]{2,8}[-_]){1,3}/, "")];
}

/** The pieces that a longer part of the secret cannot be shown without: any 23 of its characters in a row hold a whole one. */
function pieces(secret: string): string[] {
  return distinctiveParts(secret).flatMap((part) => [...cut(part), ...cut(lettersAndDigits(part))]);
}

function cut(part: string): string[] {
  const length = part.length > longSecret ? longPieceLength : pieceLength;
  const starts = Array.from({ length: Math.floor(part.length / length) }, (_, index) => index * length);
  if (part.length >= length && part.length % length > 0) starts.push(part.length - length);
  return starts.map((start) => part.slice(start, start + length));
}

const lettersAndDigits = (text: string) => text.replace(/[^A-Za-z0-9]+/g, "");
const reversed = (text: string) => [...text].reverse().join("");

/** What of a text's base64 is the same wherever in a longer text it begins. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((offset) => {
    const coded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)])
      .toString("base64")
      .replace(/=+$/, "");
    const first = offset === 0 ? 0 : offset + 1;
    return lettersAndDigits(coded.slice(first, Math.floor(((text.length + offset) * 8) / 6)));
  });
}

/** A way of looking at a text in which certain spellings of a secret become plain. */
interface View {
  of(text: string): string;
  /** How a piece of the secret looks in it. */
  spell(piece: string): string[];
}

const codePoint = (code: number) => String.fromCharCode(code & 0xff);

const views: readonly View[] = [
  {
    // Also split by line ends, spaces, quotes and plus signs, and backwards.
    of: lettersAndDigits,
    spell: (piece) =>
      [piece, reversed(piece), ...base64Forms(piece), ...base64Forms(reversed(piece))].map(lettersAndDigits),
  },
  {
    // Escapes: %67, \x67, \u0067, &#103;, &#x67;.
    of: (text) =>
      lettersAndDigits(
        text
          .replace(/(?:%|\\x|\\u00|&#x0*)([0-9a-f]{2});?/gi, (_, hex: string) => codePoint(Number.parseInt(hex, 16)))
          .replace(/&#0*([0-9]{2,3});/g, (_, decimal: string) => codePoint(Number(decimal))),
      ),
    spell: (piece) => [lettersAndDigits(piece), lettersAndDigits(reversed(piece))],
  },
  {
    of: (text) => lettersAndDigits(text.replace(/0x/gi, "")).toLowerCase(),
    spell: (piece) => [piece, reversed(piece)].map((each) => Buffer.from(each).toString("hex")),
  },
  {
    // Lists of character codes: 103, 104, 112.
    of: (text) =>
      lettersAndDigits(
        text.replace(/\b(3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6])\b[\s,;]*/g, (_, code: string) =>
          codePoint(Number(code)),
        ),
      ),
    spell: (piece) => [lettersAndDigits(piece)],
  },
];

/** Looks for one secret; made once for many texts. */
export interface SpellingSearch {
  isIn(views: readonly string[]): boolean;
}

/** A text as every view sees it; shared by the search for several secrets. */
export function viewsOf(text: string): string[] {
  return views.map((view) => view.of(text));
}

/**
 * Finds a secret in a text however it is spelled, within reason: whole or in larger parts, split, backwards, in base64, in
 * hexadecimal, with escapes or as character codes. Encryption, compression and hand-made codes are not seen through; that the
 * agent does not have these secrets is what really keeps them (design §5).
 */
export function spellingSearch(secret: string): SpellingSearch {
  const needles = views.map((view) => [
    ...new Set(
      pieces(secret)
        .flatMap(view.spell)
        .filter((needle) => needle.length >= pieceLength),
    ),
  ]);
  return { isIn: (seen) => seen.some((text, index) => (needles[index] ?? []).some((needle) => text.includes(needle))) };
}
