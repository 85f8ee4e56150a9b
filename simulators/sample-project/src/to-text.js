export const DEFAULT_PRECISION = 2;
export const DEFAULT_SEPARATOR = " ";

/**
 * Writes a quantity for people, without trailing zeros: `"6.21 mi"`.
 *
 * @param {{ value: number, unit: string }} quantity
 * @param {{ precision?: number, separator?: string }} [options] decimal places, and what stands before the unit
 */
export function toText(quantity, { precision = DEFAULT_PRECISION, separator = DEFAULT_SEPARATOR } = {}) {
  return `${roundTo(quantity.value, precision)}${separator}${quantity.unit}`;
}

/** The value with at most this many decimal places. */
export function roundTo(value, precision) {
  return Number(value.toFixed(precision));
}
