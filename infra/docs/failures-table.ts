import { codes, type FailureType, failureCodes } from "@froussard/contract";
import { generated, table } from "./generated.ts";

const types: Record<FailureType, { title: string; meaning: string }> = {
  transient: {
    title: "Transient",
    meaning:
      "What was out of order may be in order again by itself. The run is tried again, after a pause, from what is safe already: a result that was accepted, or a branch that was pushed, is not paid for twice. Only when the tries are used up is the failure told.",
  },
  person: {
    title: "Needs a person",
    meaning:
      "Somebody has to decide, or to put something right. It is told at once, and nothing is tried again by itself.",
  },
  permanent: {
    title: "Permanent",
    meaning:
      "The same run would end the same way, and cost as much again. It is told at once, and never tried again by itself.",
  },
};

const introduction = `# Failures

Every run that ends without its result ends with one of these codes. It stands in the comment that tells the end on the
issue, with what happened, what it has cost, and the one thing to do next; in the programs' logs; and in what \`report\`
hands on. Codes are stable.

A run that *failed* could not do what it was asked for; one that was *refused* was not asked for rightly, or its result is
not acceptable; one that was *cancelled* is not wanted any more.`;

/** The page \`docs/failures.md\`, from the contract's codes alone. */
export function failuresTable(): string {
  const sections = (["transient", "person", "permanent"] as const).map((type) => {
    const rows = failureCodes
      .filter((code) => codes[code].type === type)
      .map((code) => [`\`${code}\``, codes[code].outcome, `${codes[code].text}.`, codes[code].next]);
    const { title, meaning } = types[type];
    return `## ${title}\n\n${meaning}\n\n${table(["Code", "The run", "What it means", "What to do"], rows)}`;
  });
  return `${[generated, introduction, ...sections].join("\n\n")}\n`;
}
