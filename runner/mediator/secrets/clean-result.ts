import { RunFailure } from "@froussard/contract";
import type { SecretSearch } from "../../git/secret-search.ts";
import type { Accepted } from "../accept-result.ts";
import { cleanTexts } from "./clean-texts.ts";

/**
 * An accepted result with no credential in its texts; its changes are searched where they are judged. A plan that holds one of
 * this run's is no plan to approve, and costs little to make again; the report of a change gives way to the change, which was
 * paid for. See `docs/decisions/0011-changes.md`.
 */
export async function cleanResult(accepted: Accepted, secrets: SecretSearch): Promise<Accepted> {
  switch (accepted.kind) {
    case "plan": {
      const { value: plan, own } = await cleanTexts(accepted.plan, secrets);
      return own
        ? { kind: "failure", failure: new RunFailure("invalid-plan", `it held ${own}`) }
        : { kind: "plan", plan };
    }
    case "changes":
      return { ...accepted, report: (await cleanTexts(accepted.report, secrets)).value };
    case "failure": {
      const { code, detail } = accepted.failure;
      return { kind: "failure", failure: new RunFailure(code, (await cleanTexts(detail, secrets)).value) };
    }
  }
}
