import * as z from "zod";
import { type Finding as AnyFinding, findingSchema, inOrder } from "../checks/finding.ts";
import { type DoctorCheckId, doctorCheckIds } from "./doctor-checks.ts";

export type Finding = AnyFinding<DoctorCheckId>;

/** What `froussard doctor --json` prints. */
export const doctorReportSchema = z.strictObject({
  /** No fault was found; warnings may be left, and checks that were not made. */
  healthy: z.boolean(),
  findings: z.array(findingSchema<DoctorCheckId>(doctorCheckIds)),
});
export type DoctorReport = z.infer<typeof doctorReportSchema>;

/** Findings as a report, in the order of the checks. Pure. */
export function reportOf(findings: readonly Finding[]): DoctorReport {
  return { healthy: findings.every(({ status }) => status !== "fault"), findings: inOrder(doctorCheckIds, findings) };
}
