import { createHash } from "node:crypto";
import { demandWriter, permissionFor } from "../access.ts";
import { GitHubError, invalid, notFound } from "../errors.ts";
import type { Issue, Label, Repository, Viewer } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { recordEvent } from "./issues.ts";

const labelLimit = 100;

export function insertLabel(
  store: Store,
  repository: Repository,
  input: { name: string; color?: string; description?: string | null },
): Label {
  const { name } = input;
  if (name === "" || name.length > 50) {
    const message = name === "" ? "name can't be blank" : "name is too long (maximum is 50 characters)";
    throw invalid({ resource: "Label", code: "custom", field: "name", message });
  }
  if (repository.labels.has(name.toLowerCase())) {
    throw invalid({ resource: "Label", code: "already_exists", field: "name" });
  }
  const color = input.color ?? createHash("sha256").update(name).digest("hex").slice(0, 6);
  if (!/^[0-9a-f]{6}$/i.test(color)) throw invalid({ resource: "Label", code: "invalid", field: "color" });
  const label: Label = store.register({
    kind: "label",
    ...store.identify("label"),
    name,
    color: color.toLowerCase(),
    description: input.description ?? null,
    createdAt: store.now(),
  });
  repository.labels.set(name.toLowerCase(), label);
  store.changed();
  return label;
}

export function createLabel(
  store: Store,
  viewer: Viewer,
  repository: Repository,
  input: { name: string; color?: string; description?: string | null },
): Label {
  demandWriter(repository, viewer, { permission: "issues", role: "write" });
  return insertLabel(store, repository, input);
}

/** Labels that do not exist yet are made, as GitHub's API does. */
export function addLabels(store: Store, viewer: Viewer, issue: Issue, names: readonly string[]): Label[] {
  const { repository } = issue;
  const sender = demandWriter(repository, viewer, { permission: permissionFor(issue), role: "triage" });
  if (issue.labels.length + names.length > labelLimit) {
    throw new GitHubError(422, "Validation Failed", { errors: [`an issue can have at most ${labelLimit} labels`] });
  }
  for (const name of names) {
    const label = repository.labels.get(name.toLowerCase()) ?? insertLabel(store, repository, { name });
    if (issue.labels.includes(label)) continue;
    issue.labels.push(label);
    issue.updatedAt = store.now();
    recordEvent(store, issue, sender, { event: "labeled", label });
    if (!issue.pull) store.tell({ event: "issues", action: "labeled", repository, sender, issue, label });
  }
  store.changed();
  return issue.labels;
}

/** @throws {GitHubError} 404 "Label does not exist" when the issue does not bear it */
export function removeLabel(store: Store, viewer: Viewer, issue: Issue, name: string): Label[] {
  const { repository } = issue;
  const sender = demandWriter(repository, viewer, { permission: permissionFor(issue), role: "triage" });
  const label = issue.labels.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (!label) throw new GitHubError(404, "Label does not exist");
  issue.labels = issue.labels.filter((candidate) => candidate !== label);
  issue.updatedAt = store.now();
  recordEvent(store, issue, sender, { event: "unlabeled", label });
  if (!issue.pull) store.tell({ event: "issues", action: "unlabeled", repository, sender, issue, label });
  store.changed();
  return issue.labels;
}

export function setLabels(store: Store, viewer: Viewer, issue: Issue, names: readonly string[]): Label[] {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  for (const label of [...issue.labels]) {
    if (!wanted.has(label.name.toLowerCase())) removeLabel(store, viewer, issue, label.name);
  }
  return addLabels(store, viewer, issue, names);
}

export function labelOf(repository: Repository, name: string): Label {
  const label = repository.labels.get(name.toLowerCase());
  if (!label) throw notFound();
  return label;
}
