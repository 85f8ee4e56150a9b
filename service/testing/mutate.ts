/** Draws for a fuzz run; the same seed gives the same run. */
export class Draw {
  readonly #next: () => number;

  constructor(next: () => number) {
    this.#next = next;
  }

  /** From 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.#next() * end);
  }

  chance(share: number): boolean {
    return this.#next() < share;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error("nothing to pick from");
    return items[this.below(items.length)] as T;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

/** Values that have broken readers of JSON, templates, shells and logs before. */
const odd: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  "",
  " ",
  "0",
  "-1",
  "null",
  "\u0000",
  "a\r\nx-codex-task-id: b",
  "\ud800",
  "\u202egnp",
  "{{workflow.parameters.x}}",
  "{{=sprig.env('HOME')}}",
  "$(id)`id`",
  "../../etc/passwd",
  "owner/..",
  "__proto__",
  "9999-99-99T99:99:99Z",
  [],
  {},
  [[[[[[]]]]]],
  { toString: "x", constructor: { prototype: 1 } },
];

/** The same at the sizes that GitHub allows, and beyond; rare, for they cost time. */
const large: readonly unknown[] = [
  "é".repeat(40_000),
  "\u0001".repeat(70_000),
  '"\\'.repeat(20_000),
  Array.from({ length: 500 }, () => ({ name: "x" })),
];

/** A copy with `times` values somewhere in it replaced, left out, moved or doubled. */
export function mutated(payload: unknown, times: number, draw: Draw): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(payload));
  for (let done = 0; done < times; done++) {
    const all = containers(copy);
    const container = draw.pick(all);
    const keys = Object.keys(container);
    const key = keys.length === 0 ? "new" : draw.pick(keys);
    const kind = draw.below(5);
    if (kind === 0) Reflect.deleteProperty(container, key);
    // Not one of its own, or the payload would hold itself.
    else if (kind === 1) container[key] = structuredClone(draw.pick(containers(payload)));
    else if (kind === 2) container[`${key}${draw.pick(["", " ", "\u0000", "2"])}`] = structuredClone(container[key]);
    else container[key] = structuredClone(draw.pick(draw.chance(0.02) ? large : odd));
  }
  return copy;
}

type Container = Record<string, unknown>;

/** Every object and array in it, itself included. */
function containers(value: unknown): Container[] {
  if (typeof value !== "object" || value === null) return [];
  return [value as Container, ...Object.values(value).flatMap(containers)];
}

/** A copy with some bytes changed, cut off, put in, or put elsewhere. */
export function mutatedBytes(bytes: Buffer, draw: Draw): Buffer {
  const copy = Buffer.from(bytes);
  const at = draw.below(copy.length + 1);
  const length = draw.below(20);
  switch (draw.below(4)) {
    case 0:
      for (let n = 0; n <= length; n++) copy[draw.below(copy.length)] = draw.below(256);
      return copy;
    case 1:
      return copy.subarray(0, at);
    case 2:
      return Buffer.concat([copy.subarray(0, at), draw.bytes(length), copy.subarray(at)]);
    default:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(draw.below(copy.length + 1)), copy.subarray(at)]);
  }
}
