import { expect, test } from "vitest";
import { createProgressBoard } from "./progress-board.ts";

const hour = 3_600_000;

test("the first state is shown at once, the newest of the others at the flush", async () => {
  const shown: number[] = [];
  const board = createProgressBoard<number>({
    post: async (state) => void shown.push(state),
    intervalMs: hour,
    onError: () => {},
  });
  for (const state of [1, 2, 3]) board.show(state);
  await board.flush(hour);
  expect(shown).toEqual([1, 3]);
  board.show(4);
  await Promise.resolve();
  expect(shown).toEqual([1, 3, 4]);
  board.show(5);
  board.show(6);
  await board.flush(hour);
  expect(shown).toEqual([1, 3, 4, 6]);
});

test("a flush waits no longer than it is told to, and what waited is shown all the same", async () => {
  const first = Promise.withResolvers<void>();
  const shown: number[] = [];
  const board = createProgressBoard<number>({
    post: async (state) => {
      shown.push(state);
      if (state === 1) await first.promise;
    },
    intervalMs: hour,
    onError: () => {},
  });
  board.show(1);
  board.show(2);
  await board.flush(1);
  expect(shown).toEqual([1]);
  first.resolve();
  await expect.poll(() => shown, { interval: 1 }).toEqual([1, 2]);
});

test("one post at a time, and the interval is kept", async () => {
  const posts: PromiseWithResolvers<void>[] = [];
  const board = createProgressBoard<number>({
    post: () => {
      const post = Promise.withResolvers<void>();
      posts.push(post);
      return post.promise;
    },
    intervalMs: 0,
    onError: () => {},
  });
  board.show(1);
  board.show(2);
  await Promise.resolve();
  board.show(3);
  expect(posts).toHaveLength(1);
  posts[0]?.resolve();
  await expect.poll(() => posts.length, { interval: 1 }).toBe(2);
  posts[1]?.resolve();
  await board.flush(hour);
  expect(posts).toHaveLength(2);
});

test("a post that fails is told, and the next one is another chance", async () => {
  const errors: unknown[] = [];
  let fails = true;
  const shown: string[] = [];
  const board = createProgressBoard<string>({
    post: async (state) => {
      if (fails) throw new Error("down");
      shown.push(state);
    },
    intervalMs: 0,
    onError: (error) => errors.push(error),
  });
  board.show("a");
  await board.flush(hour);
  fails = false;
  board.show("b");
  await board.flush(hour);
  expect([errors.length, shown]).toEqual([1, ["b"]]);
});
