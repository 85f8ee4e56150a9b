export { convert } from "./convert.js";
export { parseQuantity } from "./parse-quantity.js";
export { roundTo, toText } from "./to-text.js";
export { findUnit, units } from "./units.js";
