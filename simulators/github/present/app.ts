import type { App, Installation, User } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { apiUrl, iso, isoOrNull, presentUser, type Schemas } from "./user.ts";

const events = ["issues", "issue_comment"];

export function presentApp(store: Store, app: App) {
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: app.nodeId,
    owner: presentUser(store, app.owner),
    name: app.slug,
    description: null,
    external_url: `${store.url}/apps/${app.slug}`,
    html_url: `${store.url}/apps/${app.slug}`,
    created_at: iso(app.createdAt),
    updated_at: iso(app.createdAt),
    permissions: app.permissions,
    events,
  } satisfies Schemas["integration"];
}

/** What stands beside a text that an App wrote. */
export const presentAppOf = (store: Store, { app }: User) => (app ? presentApp(store, app) : null);

export function presentInstallation(store: Store, installation: Installation) {
  const { id, app, account, repositories, permissions } = installation;
  return {
    id,
    account: presentUser(store, account),
    repository_selection: repositories ? "selected" : "all",
    access_tokens_url: `${apiUrl(store)}/app/installations/${id}/access_tokens`,
    repositories_url: `${apiUrl(store)}/installation/repositories`,
    html_url: `${store.url}/settings/installations/${id}`,
    app_id: app.id,
    client_id: app.clientId,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    // There is no reading of workflows alone, which the type knows and ours need not.
    permissions: permissions as Schemas["app-permissions"],
    events,
    created_at: iso(installation.createdAt),
    updated_at: iso(installation.createdAt),
    single_file_name: null,
    suspended_by: installation.suspendedAt === null ? null : presentUser(store, account),
    suspended_at: isoOrNull(installation.suspendedAt),
  } satisfies Schemas["installation"];
}
