import * as z from "zod";

/** Says of a missing or wrong value what it must be, and what it is. */
export const must = (what: string) => ({
  error: ({ input }: { input?: unknown }) =>
    input === undefined ? `is missing; set it to ${what}` : `must be ${what}, not ${JSON.stringify(input)}`,
});

function isBare(address: string): boolean {
  const { username, password, search, hash } = URL.parse(address) ?? {};
  return !username && !password && !search && !hash && !/[{}]/.test(address);
}

/** Of processor time. */
const millis = (cpu: string) => (cpu.endsWith("m") ? Number.parseInt(cpu, 10) : Number(cpu) * 1000);

/** Fields of the settings, each refused with what it must be. */
export const field = {
  text: (what: string, pattern: RegExp) => z.string(must(what)).regex(pattern, must(what)),
  /** A name that Kubernetes allows for all kinds. */
  name: (what: string) => field.text(`${what}, a DNS label such as my-name`, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/),
  whole(min: number, max: number, what: string) {
    const range = must(`${what}, a whole number from ${min} to ${max}`);
    return z.int(range).min(min, range).max(max, range);
  },
  choice: <const T extends readonly [string, ...string[]]>(values: T) =>
    z.enum(values, must(`one of ${values.join(", ")}`)),
  flag: () => z.boolean(must("true or false")),
  list: <T extends z.ZodType>(element: T, what: string) => z.array(element, must(`a list of ${what}`)),
  listOfSome: <T extends z.ZodType>(element: T, what: string) =>
    field.list(element, what).min(1, must(`a list of at least one of ${what}`)),
  /** Bare, since dist/ is for all to read, and without braces, which Argo evaluates. */
  address(example: string, { protocol = /^https?$/ } = {}) {
    const what = must(`an address such as ${example}, without user, password or query`);
    return z.url({ protocol, ...what }).refine(isBare, what);
  },
  host: () =>
    field.text(
      "a host name such as froussard.example.com",
      /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/,
    ),
  /** Wide ones are refused: they would let in, or out, what they are meant to keep apart. */
  cidr: () => {
    const what = must("an address range such as 10.96.0.1/32, and no wider than /16, of IPv6 /48");
    const isNarrow = (range: string) => Number(range.split("/")[1]) >= (range.includes(":") ? 48 : 16);
    return z.union([z.cidrv4(), z.cidrv6()], what).refine(isNarrow, what);
  },
  /** With a digest, or with a tag other than `latest`: what was tested is what runs. */
  image: () =>
    field.text(
      "an image with a digest, or with a tag other than latest",
      /^[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:\/[a-z0-9._-]+)*(?::(?!latest$)[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?@sha256:[0-9a-f]{64})$/,
    ),
  processors: () => field.text("processor time such as 2 or 500m", /^[1-9][0-9]*m?$/),
  /** With its unit: a bare number would be bytes. */
  bytes: (what: string) => field.text(`${what} such as 2Gi or 500Mi`, /^[1-9][0-9]*(?:Ki|Mi|Gi|Ti)$/),
  resources: (cpu: string, memory: string) =>
    z
      .strictObject({
        cpu: field.processors().default(cpu).meta({ description: "Processor time: at most, and requested" }),
        cpuRequest: field.processors().optional().meta({
          description:
            "Processor time requested, where that is less: for nodes that have less than all could use at once",
        }),
        memory: field.bytes("memory").default(memory).meta({ description: "Memory: requested, and at most" }),
      })
      .refine(
        // What is no processor time at all is told by its own field.
        ({ cpu: most, cpuRequest = most }) => !(millis(cpuRequest) > millis(most)),
        must("resources with a cpuRequest that is at most cpu"),
      )
      .prefault({}),
};
