import { z } from "zod";

/** What Codex sends to `POST /v1/alpha/search` (0.169); we read the queries and whether the live web is meant. */
export const searchBodySchema = z.looseObject({
  id: z.string(),
  model: z.string(),
  commands: z.looseObject({ search_query: z.array(z.looseObject({ q: z.string() })).optional() }).optional(),
  settings: z.looseObject({ external_web_access: z.boolean().optional() }).optional(),
});

/** An answer that says what it is: there is no web behind it. */
export function searchAnswer(body: z.infer<typeof searchBodySchema>): { output: string } {
  const queries = (body.commands?.search_query ?? []).map((query) => query.q);
  const found = queries.map(
    (query, index) => `[${index + 1}] Simulated result for "${query}": https://example.com/${index + 1}`,
  );
  return { output: found.length > 0 ? found.join("\n") : "No results." };
}
