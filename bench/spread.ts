/** Middle and ends of what was measured several times. */
export interface Spread {
  min: number;
  median: number;
  max: number;
}

/** @throws Error when nothing was measured */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  if (sorted.length === 0) throw new Error("nothing was measured");
  const middle = (sorted.length - 1) / 2;
  return { min: at(0), median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, max: at(sorted.length - 1) };
}

/** `2.1 (1.9-2.4)`, or the number alone when the ends show the same. */
export function showSpread({ min, median, max }: Spread, digits: number): string {
  const [low, middle, high] = [min, median, max].map((value) => value.toFixed(digits));
  return low === high ? `${middle}` : `${middle} (${low}-${high})`;
}
