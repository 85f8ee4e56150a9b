import type { GitHub } from "@froussard/github/client";
import type { GitHubHook, HookAccess } from "./github-access.ts";

const perPage = 100;

/** {@link HookAccess} through Octokit. `onHeaders` hears the headers of each answer. */
export function octokitHooks(github: GitHub, onHeaders: (headers: Record<string, unknown>) => void): HookAccess {
  return {
    async listDeliveries(hook, cursor) {
      const page = { hook_id: hook.id, per_page: perPage, ...(cursor !== undefined && { cursor }) };
      const { data, headers } =
        "repository" in hook
          ? await github.rest.repos.listWebhookDeliveries({ ...ownerOf(hook), ...page })
          : await github.rest.orgs.listWebhookDeliveries({ org: hook.organization, ...page });
      onHeaders(headers);
      const next = nextCursor(headers.link);
      const deliveries = data.map(({ id, guid, delivered_at, redelivery, status, status_code }) => ({
        // The client makes a bigint of an id that no number can hold, whatever the type says.
        id: String(id),
        guid,
        deliveredAt: delivered_at,
        redelivery,
        ok: status === "OK",
        statusCode: status_code,
      }));
      return { deliveries, ...(next !== undefined && { next }) };
    },

    async redeliver(hook, deliveryId) {
      // As text, for the reason above; it only becomes a part of the address.
      const delivery = { hook_id: hook.id, delivery_id: deliveryId as unknown as number, request: { retries: 0 } };
      const { headers } =
        "repository" in hook
          ? await github.rest.repos.redeliverWebhookDelivery({ ...ownerOf(hook), ...delivery })
          : await github.rest.orgs.redeliverWebhookDelivery({ org: hook.organization, ...delivery });
      onHeaders(headers);
    },
  };
}

function ownerOf({ repository }: GitHubHook & { repository: string }): { owner: string; repo: string } {
  const [owner = "", repo = ""] = repository.split("/");
  return { owner, repo };
}

/** These pages go by a cursor, which stands in the address of the next one. */
function nextCursor(link: string | undefined): string | undefined {
  const next = /<([^>]+)>;\s*rel="next"/.exec(link ?? "")?.[1];
  return next === undefined ? undefined : (new URL(next).searchParams.get("cursor") ?? undefined);
}
