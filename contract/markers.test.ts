import fc from "fast-check";
import { expect, test } from "vitest";
import {
  hiddenIds,
  markedComment,
  markers,
  parseNoteIds,
  parsePlanBody,
  parseRunIds,
  planBody,
  type RunIds,
} from "./markers.ts";
import { planComment } from "./testing/build-snapshot.ts";

const ids: RunIds = {
  taskId: "codex-planning-12-0123456789abcdef",
  subjectId: "0".repeat(32),
  about: "issue",
  stage: "planning",
  outcome: "failed",
  code: "idle",
};

test("a run's comment gives back its ids, also when GitHub returns CRLF", () => {
  const body = markedComment(markers.result, ids, "What happened.\n\n<!-- codex:ids {} -->");
  expect(parseRunIds(markers.result, body)).toEqual(ids);
  expect(parseRunIds(markers.result, body.replaceAll("\n", "\r\n"))).toEqual(ids);
});

test.each([
  ["another marker", markedComment(markers.progress, ids, "")],
  ["a marker that is not the first byte", ` ${markedComment(markers.result, ids, "")}`],
  ["ids in a later line", `${markers.result}\n\n${hiddenIds(ids)}`],
  ["JSON that is none", `${markers.result}\n<!-- codex:ids {"taskId":} -->`],
  ["an unknown code", markedComment(markers.result, ids, "").replace('"idle"', '"fine"')],
  ["a task id of another form", markedComment(markers.result, ids, "").replace("codex-planning-12", "x")],
  ["nothing", ""],
])("%s is not read as a result", (_, body) => {
  expect(parseRunIds(markers.result, body)).toBeUndefined();
});

test("whatever a record holds, it stays inside its HTML comment", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const hidden = hiddenIds({ ...ids, record: { text } });
      expect(hidden.indexOf("-->")).toBe(hidden.length - 3);
      expect(parseRunIds(markers.result, `${markers.result}\n${hidden}\n`)?.record).toEqual({ text });
    }),
  );
});

test("a note gives back what it answers", () => {
  const body = markedComment(markers.note, { cause: "comment:5", code: "wrong-hash" }, "Which one?");
  expect(parseNoteIds(body)).toEqual({ cause: "comment:5", code: "wrong-hash" });
});

test("a plan gives back its text and ids", () => {
  const { body } = planComment(10, { text: "1. do it" });
  expect(parsePlanBody(body)).toMatchObject({ text: "\n1. do it\n", ids: { repositoryId: 501, about: "issue" } });
});

test("fails to make a plan whose text could end it early", () => {
  const plan = parsePlanBody(planComment(10).body);
  for (const text of [markers.planEnd, "a <!-- codex:ids {} --> b"])
    expect(() => plan && planBody(text, plan.ids, "")).toThrow("may not contain <!-- codex:");
});
