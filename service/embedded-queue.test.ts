import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { headers, topics } from "@froussard/contract";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EmbeddedQueue, type EmbeddedQueueOptions, openEmbeddedQueue } from "./embedded-queue.ts";

let folder: string;
let path: string;
let time: number;
const opened: EmbeddedQueue[] = [];
const open = (options: Partial<EmbeddedQueueOptions> = {}) => {
  const queue = openEmbeddedQueue({ path, now: () => new Date(time), ...options });
  opened.push(queue);
  return queue;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "froussard-queue-"));
  path = join(folder, "queue.db");
  time = Date.UTC(2026, 2, 1);
});
afterEach(async () => {
  for (const queue of opened.splice(0)) await queue.close();
  rmSync(folder, { recursive: true });
});

const task = (id: string, key = "o/r#1") => ({
  topic: topics.codexTasks,
  key,
  headers: { [headers.taskId]: id, [headers.taskStage]: "planning" },
  value: `{"taskId":"${id}"}`,
});
const event = (id: string) => ({ topic: topics.webhookEvents, key: id, headers: {}, value: Buffer.from("{}") });
const minute = 60_000;
const day = 24 * 60 * minute;
const id = (claim: { headers: Record<string, string> } | undefined) => claim?.headers[headers.taskId];

async function claimed(queue: EmbeddedQueue) {
  const claim = await queue.claim("worker", minute);
  if (!claim) throw new Error("expected a task");
  return claim;
}

describe("the embedded queue", () => {
  test("hands a task over as it was published, once it was asked for", async () => {
    const queue = open();
    expect(await queue.claim("worker", minute)).toBeUndefined();
    await queue.publish([event("d1"), task("a")]);
    const claim = await claimed(queue);
    expect(claim).toMatchObject({ key: "o/r#1", headers: task("a").headers, attempts: 1 });
    expect(claim.value.toString()).toBe('{"taskId":"a"}');
    expect(await queue.claim("worker", minute)).toBeUndefined();
  });

  test("keeps tasks of one key in order and apart, others side by side", async () => {
    const queue = open();
    await queue.publish([task("a1"), task("a2"), task("b1", "o/r#2")]);
    const first = await claimed(queue);
    expect(id(first)).toBe("a1");
    expect(id(await queue.claim("worker", minute))).toBe("b1");
    expect(await queue.claim("worker", minute)).toBeUndefined();
    await queue.ack(first);
    expect(id(await queue.claim("worker", minute))).toBe("a2");
  });

  test("gives a task again when its lease ran out, and not to the one who lost it", async () => {
    const queue = open();
    await queue.publish([task("a")]);
    const lost = await claimed(queue);
    time += minute;
    const again = await claimed(queue);
    expect(again).toMatchObject({ seq: lost.seq, attempts: 2 });
    expect(await queue.extend(lost, minute)).toBe(false);
    expect(await queue.release(lost)).toBe(false);
    expect(await queue.ack(lost)).toBe(false);
    expect(await queue.ack(again)).toBe(true);
  });

  test("keeps a task that is extended", async () => {
    const queue = open();
    await queue.publish([task("a")]);
    const claim = await claimed(queue);
    time += 50_000;
    expect(await queue.extend(claim, minute)).toBe(true);
    time += 50_000;
    expect(await queue.claim("worker", minute)).toBeUndefined();
  });

  test("gives a released task again after its delay, still before younger ones of its key", async () => {
    const queue = open();
    await queue.publish([task("a1"), task("a2")]);
    await queue.release(await claimed(queue), minute);
    expect(await queue.claim("worker", minute)).toBeUndefined();
    time += minute;
    expect(id(await queue.claim("worker", minute))).toBe("a1");
  });

  test("gives back at once what a killed predecessor of the same name held, and nobody else's", async () => {
    const queue = open();
    await queue.publish([task("a", "o/r#1"), task("b", "o/r#2")]);
    await queue.claim("work", minute);
    await queue.claim("worker", minute);
    await queue.releaseAll("work");
    expect(id(await queue.claim("work", minute))).toBe("a");
    expect(await queue.claim("work", minute)).toBeUndefined();
  });

  test("takes the id of a dropped task again at once", async () => {
    const queue = open();
    await queue.publish([task("a")]);
    const claim = await claimed(queue);
    expect(await queue.drop(claim)).toBe(true);
    expect(await queue.drop(claim)).toBe(false);
    expect(await queue.liveTasks()).toEqual(new Set());
    await queue.publish([task("a")]);
    expect(id(await claimed(queue))).toBe("a");
  });

  test("takes a task id once: while it waits, while it runs, and for eight days after it ended", async () => {
    const queue = open();
    await queue.publish([task("a")]);
    await queue.publish([task("a")]);
    const claim = await claimed(queue);
    await queue.publish([task("a")]);
    expect(await queue.liveTasks()).toEqual(new Set(["a"]));
    await queue.ack(claim);
    expect(await queue.liveTasks()).toEqual(new Set());
    time += 8 * day - 1;
    await queue.publish([task("a")]);
    expect(await queue.claim("worker", minute)).toBeUndefined();
    time += 1;
    await queue.publish([task("a")]);
    expect(id(await queue.claim("worker", minute))).toBe("a");
  });

  test("never drops a task that has not ended, and drops raw events after seven days or by number", async () => {
    const queue = open({ maxEvents: 2 });
    const events = () => {
      const database = new DatabaseSync(path, { readOnly: true });
      const rows = database.prepare("SELECT key FROM records WHERE topic = ? ORDER BY seq").all(topics.webhookEvents);
      database.close();
      return rows.map((row) => row["key"]);
    };
    await queue.publish([task("a"), event("d1"), event("d2"), event("d3")]);
    expect(events()).toEqual(["d2", "d3"]);
    time += 7 * day + 1;
    await queue.publish([event("d4")]);
    expect(events()).toEqual(["d4"]);
    expect(id(await queue.claim("worker", minute))).toBe("a");
  });

  test("is bounded: a publication that does not fit leaves nothing behind", async () => {
    const queue = open({ maxTasks: 2 });
    await queue.publish([task("a")]);
    await expect(queue.publish([task("b"), task("c")])).rejects.toThrow(/holds 2 tasks already; start a worker/);
    expect(await queue.liveTasks()).toEqual(new Set(["a"]));
    await queue.publish([task("a"), task("b")]);
  });

  test("refuses a task without an id", async () => {
    await expect(open().publish([{ ...task("a"), headers: {} }])).rejects.toThrow(/needs the header x-codex-task-id/);
  });

  test("says which file it cannot open", () => {
    expect(() => openEmbeddedQueue({ path: join(folder, "no", "queue.db") })).toThrow(
      /cannot open the queue .*queue\.db/,
    );
  });

  test("serves several openings of one file, each task to one of them", async () => {
    const [one, two] = [open(), open()];
    await one.publish(["a", "b", "c"].map((each, n) => task(each, `o/r#${n}`)));
    const ids = [
      id(await one.claim("one", minute)),
      id(await two.claim("two", minute)),
      id(await one.claim("one", minute)),
    ];
    expect(ids.toSorted()).toEqual(["a", "b", "c"]);
    expect(await two.claim("two", minute)).toBeUndefined();
  });

  test("closes twice without complaint", async () => {
    const queue = open();
    await queue.close();
    await queue.close();
  });
});

describe("after kill -9", () => {
  test("everything whose publication was confirmed is there, whole, with two processes writing", async () => {
    const script = join(import.meta.dirname, "testing", "publish-until-killed.ts");
    const confirmed: string[] = [];
    open();
    const writers = ["x", "y"].map(async (prefix) => {
      const child = spawn(process.execPath, [script, path, prefix], { stdio: ["ignore", "pipe", "inherit"] });
      let count = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        confirmed.push(line);
        if (++count === 20) child.kill("SIGKILL");
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      return child.signalCode;
    });
    expect(await Promise.all(writers)).toEqual(["SIGKILL", "SIGKILL"]);
    const queue = open();
    const live = await queue.liveTasks();
    expect(confirmed.length).toBeGreaterThanOrEqual(40);
    expect(confirmed.filter((each) => !live.has(each))).toEqual([]);
    const database = new DatabaseSync(path, { readOnly: true });
    const whole = database.prepare("PRAGMA integrity_check").get();
    const pairs = database.prepare("SELECT count(*) AS count FROM records GROUP BY topic").all();
    database.close();
    expect(whole).toEqual({ integrity_check: "ok" });
    expect(pairs[0]).toEqual(pairs[1]);
  });
});

test("whatever happens, a key's tasks end once each and in order, one at a time", async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("publish" as const), task: fc.nat(9) }),
    fc.record({ do: fc.constantFrom("claim", "ack", "release", "lose" as const), of: fc.nat(3) }),
    fc.record({ do: fc.constant("restart" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      path = join(folder, `${crypto.randomUUID()}.db`);
      let queue = openEmbeddedQueue({ path, now: () => new Date(time) });
      const accepted: string[] = [];
      const ended: string[] = [];
      let held: Awaited<ReturnType<typeof claimed>>[] = [];
      for (const each of steps) {
        if (each.do === "publish") {
          const name = `t${each.task}`;
          if (!accepted.includes(name)) accepted.push(name);
          await queue.publish([task(name, `o/r#${each.task % 3}`)]);
        } else if (each.do === "restart") {
          await queue.close();
          queue = openEmbeddedQueue({ path, now: () => new Date(time) });
        } else if (each.do === "claim") {
          const claim = await queue.claim("worker", minute);
          if (claim) held.push(claim);
          expect(new Set(held.map(({ key }) => key)).size).toBe(held.length);
        } else if (each.do === "lose") {
          time += minute;
          held = [];
        } else {
          const claim = held.splice(each.of, 1)[0];
          if (claim && (await queue[each.do](claim)) && each.do === "ack") ended.push(id(claim) ?? "");
        }
      }
      expect(new Set(ended).size).toBe(ended.length);
      for (const key of [0, 1, 2]) {
        const ofKey = (names: string[]) => names.filter((name) => Number(name.slice(1)) % 3 === key);
        expect(ofKey(accepted).slice(0, ofKey(ended).length)).toEqual(ofKey(ended));
      }
      expect((await queue.liveTasks()).size).toBe(accepted.length - ended.length);
      await queue.close();
    }),
    { numRuns: 60 },
  );
});
