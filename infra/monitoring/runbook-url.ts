import type { Settings } from "../settings/schema.ts";

/** The page of the alerts as a browser finds it in a repository. */
const page = (repository: string, revision: string) =>
  `${repository.replace(/(?:\.git)?\/?$/, "")}/blob/${revision}/docs/alerts.md`;

/** Where alerts lead to: as it is set, or the page in the repository that Argo CD syncs from, by whatever way. */
export function runbookUrl({ monitoring, argoCd }: Pick<Settings, "monitoring" | "argoCd">): string {
  if (monitoring.runbookUrl !== undefined) return monitoring.runbookUrl;
  const { repoUrl, revision } = argoCd;
  const [, host, path] = /^(?:ssh:\/\/)?(?:[\w.-]+@)?([\w.-]+)(?::\d+)?[:/](.+)$/.exec(repoUrl) ?? [];
  const isWeb = /^https?:\/\//.test(repoUrl);
  return page(isWeb ? repoUrl : `https://${host}/${path}`, revision);
}
