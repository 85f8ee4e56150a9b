import * as z from "zod";

/** A port that somebody listens on. */
export const targetSchema = z.object({
  /** Who listens, in the words of the tests. */
  who: z.string(),
  /** An IPv4 address. */
  host: z.string(),
  port: z.int().min(1).max(65_535),
  protocol: z.enum(["tcp", "udp"]),
});
export type Target = z.output<typeof targetSchema>;

/** How a target is called in lists: `mediator:8080`, `names:53/udp`. */
export function nameOfTarget({ who, port, protocol }: Target): string {
  return `${who}:${port}${protocol === "udp" ? "/udp" : ""}`;
}
