import xterm from "@xterm/headless";
import { expect, test } from "vitest";
import { createLiveRegion } from "./live-region.ts";

/** A terminal's real screen, without a process behind it. */
function start(cols: number, rows: number) {
  const screen = new xterm.Terminal({ cols, rows, scrollback: 100, allowProposedApi: true });
  const region = createLiveRegion({
    get columns() {
      return screen.cols;
    },
    // A terminal's driver makes two characters of a line's end.
    write: (text) => screen.write(text.replaceAll("\n", "\r\n")),
  });
  const shows = async () => {
    await new Promise<void>((resolve) => screen.write("", resolve));
    const { active } = screen.buffer;
    const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? "");
    return lines.join("\n").trimEnd().split("\n");
  };
  return { screen, region, shows };
}

test("a frame replaces the one before, also a larger one", async () => {
  const { region, shows } = start(40, 10);
  region.draw(["one", "two", "three"]);
  expect(await shows()).toEqual(["one", "two", "three"]);
  region.draw(["1"]);
  expect(await shows()).toEqual(["1"]);
  region.draw([]);
  expect(await shows()).toEqual([""]);
});

test("what is printed stands above, whole, and scrolls away as lines do", async () => {
  const { region, shows } = start(10, 4);
  region.draw(["live", "more"]);
  region.print(["a line of more than ten columns"], ["live", "more"]);
  for (const line of ["1", "2", "3"]) region.print([line], ["live", "more"]);
  expect(await shows()).toEqual(["a line of ", "more than ", "ten column", "s", "1", "2", "3", "live", "more"]);
});

test.each([
  ["narrower", 12],
  ["much narrower", 5],
  ["wider", 60],
])("on a terminal that has become %s nothing of the old frame stays", async (_, columns) => {
  const { screen, region, shows } = start(24, 20);
  region.print(["kept"], ["a frame of some 20 cols", "日本語日本語日本語", "", "end"]);
  await shows();
  screen.resize(columns, 20);
  region.draw(["new"]);
  const lines = await shows();
  expect(lines).toEqual(["kept", "new"]);
});

test("the end leaves what was printed, and the cursor; nothing is drawn after it", async () => {
  const { screen, region, shows } = start(40, 10);
  const seen: string[] = [];
  for (const final of ["h", "l"])
    screen.parser.registerCsiHandler({ prefix: "?", final }, ([mode]) => {
      if (mode === 25) seen.push(final);
      return false;
    });
  region.print(["kept"], ["live"]);
  region.close();
  region.close();
  region.draw(["late"]);
  expect(await shows()).toEqual(["kept"]);
  expect(seen).toEqual(["l", "h"]);
});
