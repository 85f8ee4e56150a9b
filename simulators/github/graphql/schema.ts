import { readFileSync } from "node:fs";
import { buildSchema, GraphQLScalarType, type GraphQLSchema, isObjectType } from "graphql";

let built: GraphQLSchema | undefined;

/**
 * GitHub's public schema, read on first use (a tenth of a second). `databaseId` may exceed GraphQL's 32-bit Int: GitHub
 * sends such numbers all the same (octokit.graphql.net #311), so the check of that one field is lifted.
 */
export function githubSchema(): GraphQLSchema {
  if (built) return built;
  // The package's own entry would also parse 5 MB of JSON.
  const source = new URL("schema.graphql", import.meta.resolve("@octokit/graphql-schema"));
  const schema = buildSchema(readFileSync(source, "utf8"), {
    assumeValid: true,
    assumeValidSDL: true,
    noLocation: true,
  });
  const wideInt = new GraphQLScalarType({ name: "Int", serialize: (value) => value });
  for (const type of Object.values(schema.getTypeMap())) {
    const field = isObjectType(type) ? type.getFields()["databaseId"] : undefined;
    if (field) field.type = wideInt;
  }
  built = schema;
  return schema;
}
