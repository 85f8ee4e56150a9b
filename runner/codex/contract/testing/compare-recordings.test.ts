import { expect, test } from "vitest";
import { compareRecordings } from "./compare-recordings.ts";

const recording = { "tools of gpt": ["exec", "web_search"], "exit codes": { SIGTERM: "143", SIGINT: "1" } };

test("the same is no difference, in any order", () => {
  const same = { "exit codes": { SIGINT: "1", SIGTERM: "143" }, "tools of gpt": ["web_search", "exec"] };
  expect(compareRecordings(recording, same)).toEqual([]);
});

test("each difference is a sentence that names it", () => {
  const other = { "tools of gpt": ["exec", "view"], "exit codes": { SIGTERM: "0", SIGHUP: "129" }, ends: ["x"] };
  expect(compareRecordings(recording, other)).toEqual([
    "`web_search` left the tools of gpt",
    "`view` is new in the tools of gpt",
    "`SIGTERM` of the exit codes was `143` and is `0`",
    "`SIGINT` left the exit codes",
    "`SIGHUP` (129) is new in the exit codes",
    "`x` is new in the ends",
  ]);
});
