import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resolveName } from "./resolve-name.ts";

/** A name server that knows one name; `asked` is what it was asked for. */
let server: Socket;
let asked: string[];
const [ofA, ofAaaa] = [1, 28];
const addresses: Record<number, Buffer[]> = {
  [ofA]: [Buffer.from([192, 0, 2, 7])],
  [ofAaaa]: [Buffer.from("20010db8000000000000000000000007", "hex")],
};

function answer(query: Buffer): Buffer {
  const end = query.indexOf(0, 12);
  const labels = query.subarray(12, end).toString("latin1");
  const question = query.subarray(12, end + 5);
  const type = question.readUInt16BE(question.length - 4);
  const name = labels.replaceAll(/[^a-z0-9-]/gi, ".").slice(1);
  asked.push(name);
  const known = name.toLowerCase() === "packages.example.test";
  const found = known ? (addresses[type] ?? []) : [];
  const head = Buffer.from([
    query[0] ?? 0,
    query[1] ?? 0,
    0x81,
    known ? 0x80 : 0x83,
    0,
    1,
    0,
    found.length,
    0,
    0,
    0,
    0,
  ]);
  const records = found.flatMap((data) => [Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]), data]);
  return Buffer.concat([head, question, ...records]);
}

beforeEach(async () => {
  asked = [];
  server = createSocket("udp4", (query, { port, address }) => server.send(answer(query), port, address));
  await once(server.bind(0, "127.0.0.1"), "listening");
});
afterEach(() => {
  server.close();
});
const resolve = (name: string) => resolveName(name, [`127.0.0.1:${server.address().port}`]);

test("all addresses of a name, IPv4 first", async () => {
  expect(await resolve("packages.example.test")).toEqual(["192.0.2.7", "2001:db8::7"]);
});

test("a name is asked for as it is: no search domain is tried, and an unknown one has no address", async () => {
  expect(await resolve("unknown.example")).toEqual([]);
  expect(new Set(asked)).toEqual(new Set(["unknown.example"]));
});
