import { execFile } from "node:child_process";
import { join } from "node:path";
import { Writable } from "node:stream";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { type PseudoTerminal, startPseudoTerminal } from "../testing/pseudo-terminal.ts";
import { eventSchema } from "./event.ts";
import { startView, type ViewOptions, viewMode } from "./start-view.ts";
import { story } from "./testing/story.ts";

const program = join(import.meta.dirname, "testing", "play.ts");
const { PATH = "" } = process.env;
const upTo = (name: string) => String(story.findIndex(({ event }) => event === name) + 1);
const escapes = /\u001b/;
const coloured = /\u001b\[\d+m/;

let terminal: PseudoTerminal | undefined;
afterEach(() => terminal?.kill());

function play(args: string[], env: Record<string, string> = {}, size: { columns?: number; rows?: number } = {}) {
  terminal = startPseudoTerminal({
    program: process.execPath,
    args: [program, ...args],
    env: { PATH, ...env },
    ...size,
  });
  return terminal;
}

async function piped(args: string[], env: Record<string, string> = {}): Promise<string> {
  return (await promisify(execFile)(process.execPath, [program, ...args], { env: { PATH, ...env } })).stdout;
}

describe("on a real pseudo terminal", () => {
  test("the live part is redrawn in place, log lines stand above it, and only what is final is left", async () => {
    const on = play([upTo("plan-waiting")]);
    await on.shows("Or open another issue");
    const before = on.text();
    expect(before.match(/Waiting for you/g)).toHaveLength(1);
    expect(before).toContain("warning: GitHub answers slowly (seconds=3)\n");
    expect(on.isCursorHidden()).toBe(true);
    process.kill(on.pid, "SIGUSR2");
    await on.shows("waits in the queue");
    expect(on.text()).not.toContain("Waiting for you");
    process.kill(on.pid, "SIGTERM");
    expect(await on.ended).toBe(0);
    expect(on.text()).not.toMatch(/Waiting for you|Ctrl-C ends it/);
    expect(on.text().split("\n").at(-1)).toMatch(/ended; started again/);
    expect(on.isCursorHidden()).toBe(false);
  });

  test("made forty columns wide, and twenty, it fits and tears nothing", async () => {
    const on = play([upTo("plan-waiting")]);
    await on.shows("Or open another issue");
    for (const columns of [40, 20, 100]) {
      on.resize(columns, 24);
      await expect
        .poll(() =>
          on
            .window()
            .join("\n")
            .match(/Ctrl-C ends it\./g),
        )
        .toHaveLength(1);
      await expect.poll(() => on.text().match(/Waiting for you/g)).toHaveLength(1);
      const address = story.find(({ event }) => event === "plan-waiting");
      // The printed address is wrapped by the terminal, so that it is one line; the live one is below it, in pieces.
      expect(on.text()).toContain(address?.event === "plan-waiting" ? address.url : "?");
    }
  });

  test("time passes by itself", async () => {
    const on = play([upTo("started")]);
    await on.shows(/planning \d+:\d\d:\d\d h/);
    const first = on.text();
    await expect.poll(() => on.text(), { timeout: 3_000 }).not.toBe(first);
  });

  test.each<[string, Record<string, string>, { colours: boolean; live: boolean }]>([
    ["colours and a live part by itself", {}, { colours: true, live: true }],
    ["no colours with NO_COLOR", { NO_COLOR: "1" }, { colours: false, live: true }],
    ["colours with an empty NO_COLOR, which means nothing", { NO_COLOR: "" }, { colours: true, live: true }],
    ["no colours with FORCE_COLOR=0", { FORCE_COLOR: "0" }, { colours: false, live: true }],
    ["plain lines with TERM=dumb", { TERM: "dumb" }, { colours: false, live: false }],
  ])("%s", async (_, env, { colours, live }) => {
    const on = play([upTo("plan-waiting"), "--end"], env);
    await on.ended;
    expect(coloured.test(on.raw())).toBe(colours);
    expect(on.raw().includes("\u001b[?25l")).toBe(live);
    if (!live) expect(on.raw()).not.toMatch(escapes);
  });
});

describe("in a pipe", () => {
  test("one line a change, without an escape code", async () => {
    const lines = (await piped(["0", "--end"])).split("\n");
    expect(lines[0]).toBe("12:00:00 at work on octo/hello as codex-automation; plans are approved by octo, cat");
    expect(lines.join("\n")).not.toMatch(escapes);
  });

  test("colours only when they are asked for", async () => {
    expect(await piped(["0", "--end"], { FORCE_COLOR: "1" })).toMatch(coloured);
  });

  test.each([{}, { FORCE_COLOR: "1" }])("--json is one event a line, and nothing else, with %o", async (env) => {
    const lines = (await piped(["0", "--end", "--json"], env)).split("\n").slice(0, -1);
    expect(lines.map((line) => eventSchema.parse(JSON.parse(line)))).toEqual(story);
  });
});

test.each<[string, Partial<ViewOptions>, RegExp, RegExp]>([
  ["warnings, but no quieter lines", {}, /warning: slow\n.*ended; started again/, /log: fine/],
  ["quieter lines with --verbose", { verbose: true }, /log: fine\n.*warning: slow/, /^$/],
  [
    "only warnings, and what is printed, where somebody else tells the story",
    { written: "warnings" },
    /slow\nmine\n$/,
    /fine|ended/,
  ],
])("plain: %s", async (_, options, expected, unexpected) => {
  let written = "";
  const output = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  const view = startView({ output, mode: "plain", verbose: false, ...options });
  view.tell({ event: "log", level: "info", message: "fine", fields: {} });
  view.tell({ event: "log", level: "warn", message: "slow", fields: {} });
  view.tell({ event: "stopped" });
  view.print("mine");
  view.close();
  expect(written).toMatch(expected);
  expect(written).not.toMatch(unexpected);
});

test.each([
  [{ isTTY: true }, {}, "live"],
  [{ isTTY: true }, { json: true }, "json"],
  [{ isTTY: true }, { term: "dumb" }, "plain"],
  [{ isTTY: false }, {}, "plain"],
  [{}, { json: true }, "json"],
])("%o with %o is %s", (output, asked, mode) => {
  expect(viewMode(output, asked)).toBe(mode);
});
