import { DEFAULT_PRECISION, DEFAULT_SEPARATOR, roundTo } from "./to-text.js";

/**
 * What the command line understands. `apply`, where there is one, makes the printed line out of the line so far, the
 * converted quantity and the values of all options; options apply in this order.
 */
export const options = [
  {
    name: "precision",
    type: "string",
    default: String(DEFAULT_PRECISION),
    help: "how many decimal places are shown",
  },
  {
    name: "separator",
    type: "string",
    default: DEFAULT_SEPARATOR,
    help: "what stands between the number and the unit",
  },
  {
    name: "plain",
    type: "boolean",
    default: false,
    help: "print the number without its unit",
    apply: (_line, quantity, values) => String(roundTo(quantity.value, Number(values.precision))),
  },
  {
    name: "help",
    type: "boolean",
    default: false,
    help: "show the usage and stop",
  },
];
