import { findUnit } from "./units.js";

/**
 * Reads a quantity such as `"10 km"`, `"10km"` or `"-4.5 °C"`.
 *
 * @throws {SyntaxError} when the text is not a number followed by a unit
 */
export function parseQuantity(text) {
  const match = /^\s*([+-]?\d+(?:\.\d+)?)\s*°?\s*([A-Za-z]+)\s*$/.exec(text);
  if (!match) {
    throw new SyntaxError(`"${text}" is not a quantity; write a number and a unit, for example "10 km"`);
  }
  return { value: Number(match[1]), unit: findUnit(match[2]).symbol };
}
