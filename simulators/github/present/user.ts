import type { components } from "@octokit/openapi-types";
import type { User } from "../store/records.ts";
import type { Store } from "../store/store.ts";

export type Schemas = components["schemas"];

export const iso = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
export const isoOrNull = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : iso(milliseconds);

export const apiUrl = (store: Store): string => `${store.url}/api/v3`;

/** What REST shows of a user; deleted accounts are all `ghost`. */
export function presentUser(store: Store, user: User): Schemas["simple-user"] {
  const { login, id, node_id } = user.deleted
    ? { login: "ghost", id: 10137, node_id: "MDQ6VXNlcjEwMTM3" }
    : { login: user.login, id: user.id, node_id: user.nodeId };
  const url = `${apiUrl(store)}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id,
    avatar_url: `${store.url}/avatars/u/${id}?v=4`,
    gravatar_id: "",
    url,
    html_url: user.type === "Bot" ? `${store.url}/apps/${login.replace(/\[bot\]$/, "")}` : `${store.url}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.type,
    user_view_type: "public",
    site_admin: false,
  };
}

export function presentPublicUser(store: Store, user: User): Schemas["public-user"] {
  return {
    ...presentUser(store, user),
    name: null,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: [...store.repositories.values()].filter((r) => r.owner === user && !r.private).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: iso(user.createdAt),
    updated_at: iso(user.createdAt),
  };
}
