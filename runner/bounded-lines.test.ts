import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { expect, test } from "vitest";
import { readBoundedLines } from "./bounded-lines.ts";

async function linesOf(chunks: Iterable<Buffer>, maxLength: number) {
  const stream = Readable.from(chunks, { objectMode: false });
  const lines: string[] = [];
  const count = readBoundedLines(stream, maxLength, (line) => lines.push(line));
  await finished(stream, { writable: false });
  return { lines, dropped: count.dropped };
}
const bytes = (...texts: string[]) => texts.map((text) => Buffer.from(text, "latin1"));

test.each<[string, Buffer[], string[], number]>([
  ["lines in pieces", bytes("a", "b\nc", "\n\nd"), ["ab", "c", "", "d"], 0],
  ["both line ends, and one that is none", bytes("a\r\nb\rc\r\n"), ["a", "b\rc"], 0],
  ["a character cut in two", [Buffer.from([0xc3]), Buffer.from([0xa4, 0x0a])], ["ä"], 0],
  ["bytes that are no text", [Buffer.from([0xff, 0x00, 0x0a])], ["\ufffd\0"], 0],
  ["a line that is too long, between others", bytes("a\n1234", "56", "789\nb\n"), ["a", "b"], 1],
  ["one at the end, without a line end", bytes("a\n", "123456789"), ["a"], 1],
  ["one that is just too long in one piece", bytes("123456\n12345\n"), ["12345"], 1],
  ["nothing", [], [], 0],
])("%s", async (_, chunks, lines, dropped) => {
  expect(await linesOf(chunks, 5)).toEqual({ lines, dropped });
});

test("a line without end costs no memory", async () => {
  const piece = Buffer.alloc(1024 * 1024, 0x78);
  const before = process.memoryUsage().rss;
  let most = 0;
  function* flood() {
    for (let count = 0; count < 700; count++) {
      most = Math.max(most, process.memoryUsage().rss);
      yield piece;
    }
    yield Buffer.from("\nend\n");
  }
  // More than the longest string that there can be.
  expect(await linesOf(flood(), 1024 * 1024)).toEqual({ lines: ["end"], dropped: 1 });
  expect(most - before).toBeLessThan(200 * 1024 * 1024);
});
