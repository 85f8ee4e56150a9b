import { Socket } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { guardAnswers } from "./guard-answers.ts";

function guarded(onData: (chunk: Buffer) => void = () => {}): Socket {
  const socket = new Socket();
  socket.on("error", () => {});
  socket.on("data", onData);
  guardAnswers(socket);
  return socket;
}

const framed = (size: number) => {
  const frame = Buffer.alloc(4 + size, 7);
  frame.writeInt32BE(size);
  return frame;
};

test("answers of any size pass, however they are cut, and nothing is changed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 4, max: 5_000 }), { maxLength: 10 }),
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 10 }),
      (sizes, cuts) => {
        const all = Buffer.concat(sizes.map(framed));
        const heard: Buffer[] = [];
        const socket = guarded((chunk) => heard.push(chunk));
        for (let at = 0, n = 0; at < all.length; n++) {
          const end = at + (cuts[n % cuts.length] ?? 1);
          socket.emit("data", all.subarray(at, end));
          at = end;
        }
        expect(socket.destroyed).toBe(false);
        expect(Buffer.concat(heard)).toEqual(all);
        socket.destroy();
      },
    ),
  );
});

test.each([0, 3, -1, 2 ** 31 - 1])(
  "a length of %d closes the connection, also after an answer and cut in two",
  (size) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(size);
    const socket = guarded();
    socket.emit("data", Buffer.concat([framed(10), length.subarray(0, 2)]));
    expect(socket.destroyed).toBe(false);
    socket.emit("data", length.subarray(2));
    expect(socket.destroyed).toBe(true);
  },
);

test("what the client cannot read closes the connection, and is thrown at nobody", () => {
  const socket = guarded(() => {
    throw new RangeError("out of bounds");
  });
  expect(() => socket.emit("data", framed(10))).not.toThrow();
  expect(socket.destroyed).toBe(true);
});
