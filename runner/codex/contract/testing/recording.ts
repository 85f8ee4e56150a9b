import * as z from "zod";

/** What a Codex program does, as facts: each section is a list of things that are there, or a table of what each thing is. */
export const recordingSchema = z.record(z.string(), z.union([z.array(z.string()), z.record(z.string(), z.string())]));
export type Recording = z.infer<typeof recordingSchema>;

/** What kind of value it is, as facts name it. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}

/** Sorted, each once: order and number are no part of a contract. */
export function distinct(values: Iterable<string>): string[] {
  return [...new Set(values)].sort();
}

/** Like `Promise.all` of a map, with two at a time: Codex is a large program. */
export async function inTurn<T, R>(values: readonly T[], action: (value: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < values.length; index = next++) results[index] = await action(values[index] as T);
  };
  await Promise.all([work(), work()]);
  return results;
}

/** Some of its sections. */
export function pick(recording: Recording, sections: readonly string[]): Recording {
  return Object.fromEntries(Object.entries(recording).filter(([section]) => sections.includes(section)));
}
