import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { reachable, watchMediator } from "./watch-mediator.ts";

/** Looks as often as the answers go, one after the other, and tells after how many it was gone. */
async function goneAfter(answers: readonly boolean[]): Promise<number | undefined> {
  let tick = () => {};
  let asked = 0;
  let gone: number | undefined;
  const watch = watchMediator(
    async () => answers[asked++] ?? true,
    (each) => {
      tick = each;
      return () => {};
    },
    () => {
      gone ??= asked;
    },
  );
  for (let look = 1; look <= answers.length; look++) {
    tick();
    await expect.poll(() => asked, { interval: 1 }).toBe(look);
  }
  watch.stop();
  return gone;
}

test.each<[string, boolean[], number | undefined]>([
  ["one that is there late", [...Array.from({ length: 9 }, () => false), true, false, false, false], undefined],
  ["one that never comes", Array.from({ length: 12 }, () => false), 10],
  ["one that is away for a moment", [true, false, false, false, true, false, false, false], undefined],
  ["one that stays away", [false, true, true, false, false, false, false, false], 7],
])("%s", async (_, answers, gone) => {
  expect(await goneAfter(answers)).toBe(gone);
});

test("a port is reachable while somebody listens there", async () => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  expect(await reachable({ host: "127.0.0.1", port })).toBe(true);
  server.close();
  await once(server, "close");
  expect(await reachable({ host: "127.0.0.1", port })).toBe(false);
});
