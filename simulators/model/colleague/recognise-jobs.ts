import { addFunction } from "./add-function.ts";
import { addOption } from "./add-option.ts";
import { changeDefault } from "./change-default.ts";
import type { Job, Skill } from "./job.ts";
import { noteRequest } from "./note-request.ts";
import { rename } from "./rename.ts";
import { replaceText } from "./replace-text.ts";
import type { Sections } from "./sections.ts";
import { plain } from "./wording.ts";
import { writeSection } from "./write-section.ts";

/** In the order in which they are asked: the most definite first. */
const SKILLS: readonly Skill[] = [rename, addOption, addFunction, changeDefault, writeSection, replaceText];

/**
 * The jobs that a request may mean, the likeliest first; the last one, the note, always can be done. An approved plan
 * rules alone, the issue gives it details only; what a person asked to be planned anew comes before the issue's text.
 */
export function recogniseJobs(sections: Sections): Job[] {
  const issue = plain([sections["issue-title"] ?? "", sections["issue-body"] ?? ""].join("\n\n")).trim();
  const plan = sections.plan === undefined ? undefined : plain(sections.plan);
  const wish = sections["replan-request"] === undefined ? [] : [plain(sections["replan-request"])];
  // A plan beside a wish is the one that the wish puts aside.
  const texts = [...wish, ...(plan === undefined ? [issue] : [plan])];
  const jobs = texts.flatMap((text) => jobsIn(text, issue));
  const distinct = jobs.filter((job, index) => jobs.findIndex((other) => other.title === job.title) === index);
  return [...distinct, noteRequest({ text: plan ?? issue, more: issue })];
}

/** Paragraph by paragraph, for what is said first is meant first; then the text as a whole. */
function jobsIn(text: string, more: string): Job[] {
  const paragraphs = text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter(Boolean);
  return [...paragraphs, text].flatMap((part) =>
    SKILLS.map((skill) => skill({ text: part, more }))
      .filter((job) => job !== undefined)
      .slice(0, 1),
  );
}
