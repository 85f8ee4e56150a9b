import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as z from "zod";
import { shellBlocks } from "./block-mark.ts";
import { documentation } from "./documentation.ts";
import { readScript, unknown } from "./shell-commands.ts";

/** What is used here of GitHub's description of its API. */
const operation = z.object({
  requestBody: z
    .object({
      content: z.object({
        "application/json": z.object({
          schema: z.object({ properties: z.record(z.string(), z.unknown()).optional() }),
        }),
      }),
    })
    .optional(),
});
const { paths } = z
  .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
  .parse(
    JSON.parse(readFileSync(new URL("generated/api.github.com.json", import.meta.resolve("@octokit/openapi")), "utf8")),
  );

/** Requests that the pages make by `gh api`, with the JSON of the same block that is sent along. */
const requests = documentation().flatMap((page) =>
  shellBlocks(page).flatMap((block) =>
    readScript(block.text)
      .commands.filter(({ program, arguments: args }) => program === "gh" && args[0] === "api")
      .map(({ arguments: args }) => {
        const method = args[args.indexOf("--method") + 1] ?? "";
        const path = args.find((arg) => /^(?:repos|orgs|user|app)\//.test(arg)) ?? "";
        return {
          request: `${args.includes("--method") ? method : "GET"} ${path.replaceAll(unknown, "*")}`,
          fields: topLevelFields(block.text),
          sends: args.includes("--input"),
        };
      }),
  ),
);

/** Of the first JSON object in a block, whose values may be the shell's. */
function topLevelFields(text: string): string[] {
  const json = /\{.*\}/s.exec(text)?.[0] ?? "{}";
  return Object.keys(JSON.parse(json.replaceAll('"%s"', '"text"')));
}

/** GitHub's own path that a request's fits, `*` standing for owner and name of a repository, or for one part. */
function described(path: string): string | undefined {
  const parts = path.replace(/^repos\/\*\//, "repos/*/*/").split("/");
  return Object.keys(paths).find((each) => {
    const theirs = each.slice(1).split("/");
    return (
      theirs.length === parts.length && theirs.every((part, index) => part === parts[index] || part.startsWith("{"))
    );
  });
}

test.each(requests)(
  "$request is in GitHub's description, with the fields that are sent",
  ({ request, fields, sends }) => {
    const [method = "", path = ""] = request.split(" ");
    const found = paths[described(path) ?? ""]?.[method.toLowerCase()];
    expect(found, request).toBeDefined();
    if (!sends) return;
    const known = Object.keys(operation.parse(found).requestBody?.content["application/json"].schema.properties ?? {});
    expect(known).toEqual(expect.arrayContaining(fields));
    expect(fields.length).toBeGreaterThan(0);
  },
);

test("there are such requests, and a path that GitHub does not have is found", () => {
  expect(requests.length).toBeGreaterThan(3);
  expect(described("repos/*/hook")).toBeUndefined();
});
