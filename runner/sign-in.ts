import type { SignIn } from "@froussard/github/client";
import { type CredentialSettings, credentialOf } from "@froussard/github/credential-settings";
import { SettingsError, type TaskClaim } from "./settings.ts";

type Settings = CredentialSettings & Pick<TaskClaim, "TASK_REPOSITORY" | "TASK_REPOSITORY_ID" | "TASK_DRY_RUN">;
type Part = "mediator" | "report";

/** What each part asks of an App; a dry run writes nothing. */
const permissions = {
  mediator: { contents: "write", issues: "write", pull_requests: "write" },
  report: { contents: "read", issues: "write", pull_requests: "read" },
  dryRun: { contents: "read", issues: "read", pull_requests: "read" },
} as const;

/**
 * How a part of a run signs in to GitHub: an App with tokens for the task's repository alone.
 * @throws SettingsError when there is no key in the App's file
 */
export function signIn(settings: Settings, part: Part): SignIn {
  const { TASK_REPOSITORY: repository, TASK_REPOSITORY_ID: id, TASK_DRY_RUN: dryRun } = settings;
  const scope = {
    permissions: permissions[dryRun ? "dryRun" : part],
    repository: id === undefined ? { name: repository.slice(repository.indexOf("/") + 1) } : { id },
  };
  try {
    return { ...credentialOf(settings), scope };
  } catch (error) {
    throw new SettingsError([(error as Error).message]);
  }
}
