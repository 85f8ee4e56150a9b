import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import type { Answer } from "../rest/app.ts";

type Json = Record<string, unknown>;
interface Description {
  paths: Record<string, Record<string, { responses: Record<string, Json> }>>;
  "x-webhooks": Record<string, { post: { requestBody: { content: { "application/json": { schema: Json } } } } }>;
  components: Record<"schemas" | "responses", Record<string, Json>>;
}

let description: Description | undefined;
const validators = new Map<string, ValidateFunction>();

/** GitHub's own description of its REST API and webhooks. 13 MB: read once, and compiled schema by schema. */
function github(): Description {
  const source = new URL("generated/api.github.com.json", import.meta.resolve("@octokit/openapi"));
  description ??= JSON.parse(readFileSync(source, "utf8")) as Description;
  return description;
}

/**
 * A schema in JSON Schema's words: `nullable` becomes a type, keywords of OpenAPI alone go. What it refers to is given to
 * `ajv` under its name, once.
 */
function converted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(converted);
  if (typeof value !== "object" || value === null) return value;
  const { nullable, example, examples, discriminator, xml, externalDocs, ...rest } = value as Json;
  const schema = typeof rest["$ref"] === "string" ? reference(rest["$ref"]) : mapValues(rest);
  return nullable === true ? { anyOf: [{ type: "null" }, schema] } : schema;
}

const mapValues = (schema: Json): Json =>
  Object.fromEntries(Object.entries(schema).map(([key, one]) => [key, converted(one)]));

function reference(pointer: string): Json {
  const name = pointer.slice("#/components/schemas/".length);
  if (!registered.has(name)) {
    registered.add(name);
    ajv.addSchema(converted(github().components.schemas[name]) as Json, `github:${name}`);
  }
  return { $ref: `github:${name}` };
}

/** Formats that GitHub's own answers do not keep: `https://host/path{/template}` stands in fields called uri. */
const lenient: Record<string, () => true> = {
  uri: () => true,
  "uri-template": () => true,
};

const ajv = new Ajv({ strict: false, allErrors: true, logger: false, formats: lenient, validateSchema: false });
addFormats.default(ajv, ["date-time", "email", "int64", "int32"]);
const registered = new Set<string>();

function validator(key: string, schema: Json): ValidateFunction {
  const known = validators.get(key);
  if (known) return known;
  const compiled = ajv.compile(converted(schema) as Json);
  validators.set(key, compiled);
  return compiled;
}

function problemsOf(key: string, schema: Json, value: unknown): string[] {
  const validate = validator(key, schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${key}${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
}

function templateOf(path: string, method: string): string | undefined {
  const score = (template: string): number => template.split("{").length;
  const candidates = Object.keys(github().paths).filter((template) => {
    if (!(method in (github().paths[template] ?? {}))) return false;
    const greedy = /^\{(path|ref|basehead|branch)\}$/;
    const pattern = template
      .split("/")
      .map((part) => (greedy.test(part) ? ".*" : part.startsWith("{") ? "[^/]+" : part));
    return new RegExp(`^${pattern.join("/")}$`).test(path.replace(/\/contents$/, "/contents/"));
  });
  return candidates.sort((a, b) => score(a) - score(b))[0];
}

/** What in an answer GitHub's description forbids: an unknown route, a status not described, or a wrong body. */
export function restProblems({ method, path, status, body }: Answer): string[] {
  // A missing or unknown route has nothing to be checked against; these two can happen anywhere.
  if (status === 401 || (status === 404 && templateOf(path, method.toLowerCase()) === undefined))
    return messageOf(body);
  const template = templateOf(path, method.toLowerCase());
  if (!template) return [`${method} ${path}: GitHub has no such route`];
  const key = `${method} ${template} ${status}`;
  let response = github().paths[template]?.[method.toLowerCase()]?.responses[String(status)];
  const reference = response?.["$ref"];
  if (typeof reference === "string") response = github().components.responses[reference.split("/").at(-1) ?? ""];
  if (!response) return status >= 300 ? messageOf(body) : [`${key}: status not described`];
  const content = response["content"] as Record<string, { schema: Json }> | undefined;
  const schema = content?.["application/json"]?.schema;
  if (status === 204 || status === 304) return body === undefined ? [] : [`${key}: has a body`];
  return schema && body !== undefined ? problemsOf(key, schema, body) : [];
}

/** Refusals that the description leaves out for a route have GitHub's general form. */
function messageOf(body: unknown): string[] {
  const fine = typeof body === "object" && body !== null && "message" in body && "documentation_url" in body;
  return fine || body === undefined ? [] : [`refusal without message and documentation_url: ${JSON.stringify(body)}`];
}

/** What is wrong with a webhook's body. */
export function webhookProblems(event: string, action: string | null, body: unknown): string[] {
  const name = [event, ...(action ? [action] : [])].join("-").replaceAll("_", "-");
  const schema = github()["x-webhooks"][name]?.post.requestBody.content["application/json"].schema;
  return schema ? problemsOf(`webhook ${name}`, schema, body) : [`webhook ${name}: GitHub has no such event`];
}
