import { relative } from "node:path";
import * as z from "zod";

/** What vitest's JSON reporter writes, as far as the summary needs it (https://vitest.dev/guide/reporters#json-reporter). */
export const testReport = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(
    z.object({
      /** The file's whole path. */
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});
export type TestReport = z.infer<typeof testReport>;

/** What failed, a line each: file, test and the first line of why. A file that could not be loaded has no test of its own. */
export function failuresOf(report: TestReport, root: string): string[] {
  return report.testResults.flatMap((file) => {
    const path = relative(root, file.name);
    const failed = file.assertionResults.filter(({ status }) => status === "failed");
    if (failed.length === 0) return file.status === "failed" ? [`${path}: ${firstLine(file.message)}`] : [];
    return failed.map(({ fullName, failureMessages }) => {
      return `${path} > ${fullName}: ${firstLine(failureMessages?.[0] ?? "no reason given")}`;
    });
  });
}

const firstLine = (text: string) => text.split("\n", 1).join("").slice(0, 300);
