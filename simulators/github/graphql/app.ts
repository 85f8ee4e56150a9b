import {
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  getOperationAST,
  getVariableValues,
  parse,
  validate,
} from "graphql";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { GitHubError } from "../errors.ts";
import { exchangeOf } from "../http/exchange.ts";
import { accountOf } from "../http/rate-limits.ts";
import type { Tokens } from "../http/tokens.ts";
import { answerError } from "../rest/app.ts";
import type { Backend, Env } from "../rest/context.ts";
import type { Viewer } from "../store/records.ts";
import { type QueryContext, typeName } from "./context.ts";
import { nodeLimit, queryCost } from "./cost.ts";
import { mutationFields } from "./mutations.ts";
import { resolvers } from "./resolvers.ts";
import { githubSchema } from "./schema.ts";

const request = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});
type GraphqlRequest = z.infer<typeof request>;

/** GitHub's GraphQL endpoint, to be mounted at `/api/graphql`. */
export function graphqlApp(backend: Backend, tokens: Tokens): Hono<Env> {
  const app = new Hono<Env>();
  app.onError((error, c) => {
    const response = answerError(c, error);
    exchangeOf(c.env.incoming).status = response.status;
    return response;
  });
  app.post("/", async (c) => {
    const exchange = exchangeOf(c.env.incoming);
    const viewer = tokens.viewer(c.req.header("authorization"));
    exchange.login = viewer.user?.login ?? null;
    if (!viewer.token) throw new GitHubError(401, "This endpoint requires you to be authenticated.");
    const answer = await run(backend, viewer, c, await readRequest(c));
    exchange.status = 200;
    const headers = backend.limits.headers(accountOf(viewer), "graphql");
    return c.json(answer, 200, {
      ...headers,
      "x-github-request-id": exchange.requestId,
      "x-github-media-type": "github.v4",
      date: new Date(backend.store.now()).toUTCString(),
    });
  });
  return app;
}

async function readRequest(c: Context<Env>): Promise<GraphqlRequest> {
  let body: unknown;
  try {
    body = JSON.parse(await c.req.text());
  } catch {
    throw new GitHubError(400, "Problems parsing JSON");
  }
  const result = request.safeParse(body);
  if (!result.success) throw new GitHubError(400, "A query attribute must be specified and must be a string.");
  return result.data;
}

async function run(backend: Backend, viewer: Viewer, c: Context<Env>, asked: GraphqlRequest): Promise<object> {
  const { limits } = backend;
  const key = accountOf(viewer);
  if (limits.state(key, "graphql").remaining === 0) {
    return failure("RATE_LIMITED", `API rate limit exceeded for user ID ${viewer.user?.id}.`);
  }
  const schema = githubSchema();
  let document: DocumentNode;
  try {
    document = parse(asked.query);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { errors: [format(error)] };
  }
  const invalid = validate(schema, document);
  if (invalid.length > 0) return { errors: invalid.map(format) };
  const operation = getOperationAST(document, asked.operationName);
  if (!operation) return { errors: [{ message: "An operation name is required" }] };
  const variables = asked.variables ?? {};
  const given = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (!given.coerced) return { errors: given.errors.map(format) };
  const cost = queryCost(schema, document, operation, given.coerced);
  if (cost.nodeCount > nodeLimit) {
    const message = `This query requests up to ${cost.nodeCount} possible nodes which exceeds the maximum limit of ${nodeLimit}.`;
    return failure("MAX_NODE_LIMIT_EXCEEDED", message);
  }
  const exchange = exchangeOf(c.env.incoming);
  limits.spend(key, "graphql", cost.points);
  exchange.graphqlCost = cost.points;
  exchange.graphqlQuery = asked.query;
  exchange.rateLimitUsed = cost.points;
  const contextValue: QueryContext = { backend, viewer, cost, exchange };
  const result = await execute({
    schema,
    document,
    contextValue,
    variableValues: variables,
    operationName: asked.operationName,
    fieldResolver,
    typeResolver: typeName,
  });
  return {
    ...(result.data ? { data: result.data } : { data: null }),
    ...(result.errors ? { errors: result.errors.map(format) } : {}),
  };
}

/** A field is resolved by its type's table, or is a plain property of what was answered; anything else is an error. */
const fieldResolver: GraphQLFieldResolver<unknown, QueryContext> = (source, args, context, info) => {
  const { fieldName, parentType } = info;
  const table = parentType.name === "Mutation" ? mutationFields : resolvers[parentType.name];
  const resolver = table?.[fieldName];
  if (resolver) return (resolver as (...given: unknown[]) => unknown)(source, args, context);
  // Records of the store are never read by accident: their types have tables.
  if (!table && typeof source === "object" && source !== null && fieldName in source) {
    return (source as Record<string, unknown>)[fieldName];
  }
  throw new GraphQLError(`field ${parentType.name}.${fieldName} is not simulated`, {
    extensions: { type: "NOT_SIMULATED" },
  });
};

const failure = (type: string, message: string): object => ({ errors: [{ type, message }] });

/** GitHub shows `type` beside `message`. */
function format(error: GraphQLError): object {
  const { message, path, locations, extensions } = error.toJSON();
  const { type, ...rest } = extensions ?? {};
  const more = Object.keys(rest).length > 0 ? { extensions: rest } : {};
  return {
    ...(type ? { type } : {}),
    ...(path ? { path } : {}),
    ...more,
    ...(locations ? { locations } : {}),
    message,
  };
}
