import { schema } from "@octokit/graphql-schema";
import { buildSchema, parse, validate } from "graphql";
import { expect, test } from "vitest";
import * as documents from "./snapshot-query.ts";

const github = buildSchema(schema.idl);

test.each(Object.entries(documents))("%s is valid against GitHub's schema", (_, document) => {
  expect(validate(github, parse(document))).toEqual([]);
});
