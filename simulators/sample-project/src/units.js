/**
 * Every unit: its symbol, its names, its dimension, and how a value in it becomes a value in the base unit of the
 * dimension (`value * factor + offset`).
 */
export const units = [
  { symbol: "m", names: ["metre", "meter"], dimension: "length", factor: 1 },
  { symbol: "km", names: ["kilometre", "kilometer"], dimension: "length", factor: 1000 },
  { symbol: "cm", names: ["centimetre", "centimeter"], dimension: "length", factor: 0.01 },
  { symbol: "mi", names: ["mile"], dimension: "length", factor: 1609.344 },
  { symbol: "ft", names: ["foot", "feet"], dimension: "length", factor: 0.3048 },
  { symbol: "in", names: ["inch", "inches"], dimension: "length", factor: 0.0254 },
  { symbol: "kg", names: ["kilogram"], dimension: "mass", factor: 1 },
  { symbol: "g", names: ["gram"], dimension: "mass", factor: 0.001 },
  { symbol: "lb", names: ["pound"], dimension: "mass", factor: 0.45359237 },
  { symbol: "oz", names: ["ounce"], dimension: "mass", factor: 0.028349523125 },
  { symbol: "K", names: ["kelvin"], dimension: "temperature", factor: 1 },
  { symbol: "C", names: ["celsius"], dimension: "temperature", factor: 1, offset: 273.15 },
  { symbol: "F", names: ["fahrenheit"], dimension: "temperature", factor: 5 / 9, offset: 459.67 * (5 / 9) },
  { symbol: "s", names: ["second"], dimension: "time", factor: 1 },
  { symbol: "min", names: ["minute"], dimension: "time", factor: 60 },
  { symbol: "h", names: ["hour"], dimension: "time", factor: 3600 },
  { symbol: "d", names: ["day"], dimension: "time", factor: 86400 },
];

/**
 * The unit with this symbol or name; a plural "s" is understood. Symbols are case-sensitive, names are not.
 *
 * @throws {RangeError} when there is no such unit
 */
export function findUnit(name) {
  const wanted = name.trim();
  const lower = wanted.toLowerCase();
  const found = units.find(
    (unit) => unit.symbol === wanted || unit.names.some((known) => known === lower || `${known}s` === lower),
  );
  if (!found) {
    throw new RangeError(`unknown unit "${wanted}"; known units: ${units.map((unit) => unit.symbol).join(", ")}`);
  }
  return found;
}
