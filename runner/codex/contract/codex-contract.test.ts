import { expect, test } from "vitest";
import { findCodex } from "../codex-binary.ts";
import { compareRecordings } from "./testing/compare-recordings.ts";
import { readContract } from "./testing/contract-file.ts";
import { recordContract } from "./testing/record-contract.ts";
import { pick } from "./testing/recording.ts";

/** The quick part; the whole of it is codex-contract.e2e.test.ts. */
test("the installed Codex sends the requests and tells the events that the runner is built on", async () => {
  const found = await recordContract(findCodex().path, ["turns"]);
  expect(Object.keys(found).length).toBeGreaterThan(10);
  expect(compareRecordings(pick(readContract(), Object.keys(found)), found)).toEqual([]);
});
