import { expect, test } from "vitest";
import { type Outcome, outcomeOf } from "../outcome.ts";
import type { ModelRequest, ToolName } from "../request.ts";
import type { Move } from "../script.ts";
import { colleague } from "./colleague.ts";

const files: Readonly<Record<string, string>> = {
  "package.json": '{ "type": "module", "scripts": { "test": "node --test" } }\n',
  "src/a.js": "export function oldName() {}\n",
};
const ran = (exitCode: number, stdout = ""): Outcome => ({
  ...outcomeOf(exitCode === 0, stdout),
  exitCode,
  stdout,
  error: undefined,
});

/** A repository in memory: answers what the colleague asks, and keeps what it did. */
function play(
  prompt: string,
  schema: readonly string[],
  answer: (move: Move) => Outcome | undefined = () => undefined,
) {
  const tools: ReadonlySet<ToolName> = new Set(["exec_command", "apply_patch"]);
  const outputSchema = { type: "object", properties: Object.fromEntries(schema.map((key) => [key, {}])) };
  const moves: Move[] = [];
  const calls: ModelRequest["calls"][number][] = [];
  for (;;) {
    const request = {
      model: "m",
      dialect: "lite",
      effort: "high",
      instructions: "",
      prompt,
      calls,
      tools,
      outputSchema,
    } as const;
    const move = colleague(request).at(-1);
    if (move?.kind === "answer") return { moves, answer: JSON.parse(move.text) };
    if (move === undefined) throw new Error("no move");
    moves.push(move);
    calls.push({
      callId: `c${calls.length}`,
      name: "",
      input: "",
      outcome: answer(move) ?? usual(move),
      running: undefined,
    });
  }
}

function usual(move: Move): Outcome {
  if (move.kind !== "exec") return ran(0);
  if (move.command.startsWith("git ls-files")) return ran(0, Object.keys(files).join("\n"));
  const mark = /printf '%s %s\\n' '([^']+)'/.exec(move.command)?.[1];
  if (mark === undefined) return ran(0);
  const asked = Object.keys(files).filter((path) => move.command.includes(`'${path}'`));
  return ran(0, asked.map((path) => `${mark} ${path}\n${files[path]}\n`).join(""));
}

const commands = (moves: readonly Move[]) => moves.flatMap((move) => (move.kind === "exec" ? [move] : []));
const PLAN = ["summary", "steps", "files", "openQuestions"];
const REPORT = ["title", "summary", "tests"];
const broken = () => ran(1, "bwrap: setting up uid map: Permission denied");

test("planning only reads", () => {
  const { moves, answer } = play("Rename `oldName` to `newName`", PLAN);
  expect(moves.every((move) => move.kind === "exec")).toBe(true);
  expect(
    commands(moves).filter(({ command }) => /\b(rm|mkdir|npm|node|tee)\b|(?<!2)>(?!\/dev\/null)/.test(command)),
  ).toEqual([]);
  expect(answer.files).toEqual([{ path: "src/a.js", action: "change", reason: "it uses `oldName`" }]);
});

test("a sandbox in which nothing runs is told, in the plan and in the report", () => {
  const plan = play("Rename `oldName` to `newName`", PLAN, broken).answer;
  expect(plan).toMatchObject({ summary: expect.stringContaining("bwrap: setting up uid map"), files: [], steps: [] });
  expect(plan.openQuestions).toHaveLength(1);
  const report = play("Rename `oldName` to `newName`", REPORT, broken).answer;
  expect(report).toMatchObject({
    title: "No change: the repository could not be read",
    summary: expect.stringContaining("Nothing was changed."),
    tests: [],
  });
});

test("what the patch tool refuses is written by the shell", () => {
  const refusing = (move: Move) =>
    move.kind === "patch" ? outcomeOf(false, "apply_patch verification failed") : undefined;
  const { moves } = play("Rename `oldName` to `newName`", REPORT, refusing);
  expect(commands(moves).map(({ command }) => command)).toContainEqual(
    expect.stringContaining("cat > 'src/a.js' <<'END_OF_FILE'\nexport function newName"),
  );
});

test("npm that a login shell does not find is looked for in the plain one", () => {
  const missing = (move: Move) =>
    move.kind === "exec" && move.command === "npm test" && move.login !== false
      ? ran(127, "npm: command not found")
      : undefined;
  const { moves, answer } = play("Rename `oldName` to `newName`", REPORT, missing);
  expect(commands(moves).filter(({ command }) => command === "npm test")).toHaveLength(2);
  expect(answer.tests).toEqual(["`npm test` passes."]);
});

test("a file too long for one answer is left alone rather than cut", () => {
  const cut = (move: Move) =>
    move.kind === "exec" && move.command.includes("'src/a.js'")
      ? { ...ran(0, "=#=#= file src/a.js\nexport"), truncated: true }
      : undefined;
  const { answer } = play("Rename `oldName` to `newName`", PLAN, cut);
  expect(answer.files.map((file: { path: string }) => file.path)).not.toContain("src/a.js");
});
