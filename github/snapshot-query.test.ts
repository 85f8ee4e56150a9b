import { schema } from "@octokit/graphql-schema";
import { buildSchema, parse, validate } from "graphql";
import { expect, test } from "vitest";
import * as documents from "./snapshot-query.ts";

// The published text defines two fields twice, which says nothing about our documents.
const github = buildSchema(schema.idl, { assumeValidSDL: true });

test.each(Object.entries(documents))("%s is valid against GitHub's schema", (_, document) => {
  expect(validate(github, parse(document))).toEqual([]);
});
