import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/**
 * Calls `onLine` for each line of a stream whose writer is not trusted. What is held is bounded: a line of more than
 * `maxLength` characters is dropped as a whole, and only counted. What is not UTF-8 comes as U+FFFD.
 * @returns the number of lines dropped so far
 */
export function readBoundedLines(
  stream: Readable,
  maxLength: number,
  onLine: (line: string) => void,
): { readonly dropped: number } {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let tooLong = false;
  let dropped = 0;

  const end = (line: string) => {
    if (tooLong || line.length > maxLength) dropped++;
    else onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    tooLong = false;
  };
  stream.on("data", (data: Buffer) => {
    // Of a line that is too long only its end is looked for.
    const from = tooLong ? data.indexOf("\n") : 0;
    if (from < 0) return;
    const [first = "", ...others] = decoder.write(data.subarray(from)).split("\n");
    // Only what is new was searched: a long line that comes in small pieces is not read again for each of them.
    const lines = [rest + first, ...others];
    rest = lines.pop() ?? "";
    for (const line of lines) end(line);
    if (rest.length <= maxLength) return;
    tooLong = true;
    rest = "";
    decoder.end();
  });
  stream.on("end", () => {
    rest += decoder.end();
    if (rest !== "" || tooLong) end(rest);
  });
  return {
    get dropped() {
      return dropped;
    },
  };
}
