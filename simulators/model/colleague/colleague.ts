import type { ModelRequest } from "../request.ts";
import { type ModelScript, scriptOf } from "../script.ts";
import { asSchema } from "../strict-schema.ts";
import { fitted } from "./answer-schema.ts";
import { implement } from "./implement.ts";
import { makePlan } from "./plan.ts";
import { recogniseJobs } from "./recognise-jobs.ts";
import { readSections, type Sections } from "./sections.ts";
import { oneLine } from "./wording.ts";

/**
 * The maintainer's colleague: the model's part played by a program. It understands a handful of kinds of requests
 * (rename, add a function, an option, a section of the README, change a default, fix the wording), looks at the
 * repository it is in, and plans or does the work by Codex's tools. What it does not understand it notes as open.
 */
export const colleague: ModelScript = scriptOf(function* (request) {
  const sections = sectionsOf(request.prompt);
  const jobs = recogniseJobs(sections);
  const query = request.tools.has("web_search") ? queryIn(sections) : undefined;
  if (query !== undefined) yield { kind: "search", query };
  const wish = sections["replan-request"];
  const answer =
    stageOf(request, sections) === "planning"
      ? yield* makePlan(jobs, wish === undefined ? undefined : oneLine(wish, 200))
      : yield* implement(jobs);
  const result = JSON.parse(JSON.stringify(answer));
  return JSON.stringify(request.outputSchema === undefined ? result : fitted(result, request.outputSchema), null, 2);
});

/** A prompt without sections is a request in itself. */
function sectionsOf(prompt: string): Sections {
  const sections = readSections(prompt);
  return Object.keys(sections).length > 0 ? sections : { "issue-body": prompt };
}

/** What is wanted shows in the answer's schema; without one, a plan is there to be carried out. */
function stageOf(request: ModelRequest, sections: Sections): "planning" | "implementation" {
  const fields = asSchema(request.outputSchema?.["properties"]);
  if (fields !== undefined) return "steps" in fields ? "planning" : "implementation";
  return sections.plan !== undefined || Object.keys(sections).length === 1 ? "implementation" : "planning";
}

/** What the issue asks to be looked up on the web. */
const queryIn = (sections: Sections): string | undefined =>
  /\b(?:look up|search the web for|google)\s+(.{3,100}?)(?:[.\n]|$)/i.exec(sections["issue-body"] ?? "")?.[1];
