import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { repositoryPattern } from "@froussard/contract";

export interface OriginPlace {
  folder: string;
  /** `PATH`, and `HOME` for the person's own git settings. */
  env: Record<string, string>;
  /** Where GitHub's API is, when it is not github.com's. */
  apiBaseUrl?: string | undefined;
}

/** `owner/name` of the GitHub repository that the folder is a checkout of; undefined when its `origin` names none. */
export async function originRepository({ folder, env, apiBaseUrl }: OriginPlace): Promise<string | undefined> {
  let origin: string;
  try {
    const asked = await promisify(execFile)("git", ["remote", "get-url", "origin"], {
      cwd: folder,
      env,
      timeout: 10_000,
      killSignal: "SIGKILL",
    });
    origin = asked.stdout.trim();
  } catch {
    // No checkout, no such remote, or no git: whoever asked names the option to give.
    return undefined;
  }
  return repositoryOf(origin, apiBaseUrl);
}

/** Reads `https://host/owner/name`, `ssh://git@host/owner/name` and `git@host:owner/name`, with or without `.git`. Pure. */
export function repositoryOf(origin: string, apiBaseUrl = "https://api.github.com"): string | undefined {
  const [, host, path = ""] =
    /^(?:https?|ssh):\/\/(?:[^/@]*@)?([^/:@]+)(?::\d+)?\/(.*)$/.exec(origin) ??
    /^[^/@:]+@([^/:@]+):(.*)$/.exec(origin) ??
    [];
  const github = new URL(apiBaseUrl).hostname.replace(/^api\./, "");
  if (host?.toLowerCase().replace(/^ssh\./, "") !== github) return undefined;
  const repository = path
    .replace(/^\//, "")
    .replace(/\/$/, "")
    .replace(/\.git$/, "");
  return repositoryPattern.test(repository) ? repository : undefined;
}
