import type { GitHub } from "@froussard/github/client";
import { askGitHub, type GitHubAnswer } from "../../checks/github/ask-github.ts";
import type { HookSetting } from "../../config.ts";

/** A webhook, as GitHub lists it. */
export interface SeenHook {
  id: number;
  active: boolean;
  events: readonly string[];
  config: {
    url?: string | undefined;
    content_type?: string | undefined;
    /** Stars in the place of what it is. */
    secret?: string | undefined;
    insecure_ssl?: string | number | undefined;
  };
}

export interface SeenDelivery {
  guid: string;
  delivered_at: string;
  status: string;
  status_code: number;
  event: string;
}

/** The webhooks of a repository, or of the organization whose webhook serves it, and the deliveries of ours. */
export interface HookFacts {
  /** `owner/name`, or the organization. */
  owner: string;
  /** The id that `watch` is told to ask for deliveries again. */
  expectedId?: number | undefined;
  hooks: GitHubAnswer<readonly SeenHook[]>;
  /** Of ours, newest first. */
  deliveries?: GitHubAnswer<readonly SeenDelivery[]>;
}

/** The path that `serve` takes webhooks at. */
export const webhookPath = "/webhooks/github";

/** The webhook that is for us: the one that `watch` looks after, or the first that leads to `serve`. Pure. */
export function hookIn(hooks: readonly SeenHook[], expectedId: number | undefined): SeenHook | undefined {
  return (
    hooks.find(({ id }) => id === expectedId) ??
    hooks.find(({ config }) => URL.parse(config.url ?? "")?.pathname === webhookPath)
  );
}

/** Asks for webhooks and their last hundred deliveries. Whose token it is must be an administrator's, or have Webhooks: read. */
export async function readWebhook(github: GitHub, owner: string, setting?: HookSetting): Promise<HookFacts> {
  const [first = "", repo] = owner.split("/");
  const page = { per_page: 100 };
  const hooks = await askGitHub<readonly SeenHook[]>(() =>
    repo === undefined
      ? github.rest.orgs.listWebhooks({ org: first, ...page })
      : github.rest.repos.listWebhooks({ owner: first, repo, ...page }),
  );
  const facts: HookFacts = { owner, hooks, expectedId: setting?.id };
  const ours = hooks.kind === "answer" ? hookIn(hooks.data, setting?.id) : undefined;
  if (!ours) return facts;
  const deliveries = await askGitHub<readonly SeenDelivery[]>(() =>
    repo === undefined
      ? github.rest.orgs.listWebhookDeliveries({ org: first, hook_id: ours.id, ...page })
      : github.rest.repos.listWebhookDeliveries({ owner: first, repo, hook_id: ours.id, ...page }),
  );
  return { ...facts, deliveries };
}
