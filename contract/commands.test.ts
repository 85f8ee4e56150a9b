import { expect, test } from "vitest";
import { parseCommand } from "./commands.ts";

test.each([
  ["/approve", { name: "approve" }],
  ["/approve  ", { name: "approve" }],
  ["/approve\r\nthank you", { name: "approve" }],
  ["/approve 0a1b2c3d", { name: "approve", hash8: "0a1b2c3d" }],
  ["execute plan", { name: "approve" }],
  ["/plan", { name: "plan" }],
  ["/replan", { name: "replan", request: "" }],
  [
    "/replan use fewer files\nand no new dependency\n",
    { name: "replan", request: "use fewer files\nand no new dependency" },
  ],
  ["/replan\u00a0use less", { name: "replan", request: "use less" }],
  ["/replan one\u2028two", { name: "replan", request: "one\u2028two" }],
  ["/retry", { name: "retry" }],
  ["/cancel", { name: "cancel" }],
])("%j is a command", (body, expected) => {
  expect(parseCommand(body)).toEqual(expected);
});

test.each([
  "",
  " /approve",
  "\n/approve",
  "> /approve",
  "/approve please",
  "/approve 0A1B2C3D",
  "/approve 0a1b2c3",
  "/approve 0a1b2c3d4",
  "/approved",
  "/APPROVE",
  "please /approve",
  "`/approve`",
  "\u200b/approve",
  "Execute plan",
  "execute plan.",
  "/replanning",
  "/cancel it",
  "/retry\u0000",
  "<!-- codex:note -->\n/approve",
  "<!-- codex:plan -->",
])("%j is none", (body) => {
  expect(parseCommand(body)).toBeUndefined();
});
