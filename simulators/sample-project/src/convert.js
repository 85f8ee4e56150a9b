import { findUnit } from "./units.js";

/**
 * The same quantity in another unit.
 *
 * @param {{ value: number, unit: string }} quantity
 * @param {string} unit symbol or name of the unit to convert to
 * @throws {RangeError} when a unit is not known, or the two measure different things
 */
export function convert(quantity, unit) {
  const from = findUnit(quantity.unit);
  const to = findUnit(unit);
  if (from.dimension !== to.dimension) {
    throw new RangeError(`${from.symbol} is a ${from.dimension} and ${to.symbol} is a ${to.dimension}`);
  }
  const base = quantity.value * from.factor + (from.offset ?? 0);
  return { value: (base - (to.offset ?? 0)) / to.factor, unit: to.symbol };
}
