import type { ProtectedPaths } from "@froussard/contract";
import { showPath } from "../git/judge-changes.ts";
import { protectedPathMatcher } from "../git/protected-paths.ts";
import type { PlanAnswer } from "../plan.ts";

/**
 * A plan that says, as the first of its risks, which of its files no change may touch: whoever approves it knows then, and the
 * agent that carries it out reads it too. Pure.
 */
export function tellProtected(plan: PlanAnswer, protectedPaths: ProtectedPaths): PlanAnswer {
  const isProtected = protectedPathMatcher(protectedPaths);
  const named = plan.files.map(({ path }) => path.replace(/^(?:\.?\/)+/, "")).filter(isProtected);
  if (named.length === 0) return plan;
  const them = named.length === 1 ? "it" : "them";
  const risk = `⚠️ Protected here: ${[...new Set(named)].map(showPath).join(", ")}. This plan names ${them}, but no run may change ${them}: that part will be left out and has to be done by hand.`;
  return { ...plan, risks: [risk, ...plan.risks] };
}
