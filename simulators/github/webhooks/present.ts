import { presentRepository, repositoryUrl } from "../present/repository.ts";
import { iso, presentUser, type Schemas } from "../present/user.ts";
import type { Store } from "../store/store.ts";
import type { Delivery, Hook } from "./hooks.ts";
import type { Payload } from "./payload.ts";

export function presentHook(store: Store, hook: Hook): Schemas["hook"] {
  const url = `${repositoryUrl(store, hook.repository)}/hooks/${hook.id}`;
  return {
    type: "Repository",
    id: hook.id,
    name: "web",
    active: hook.active,
    events: [...hook.events],
    config: {
      content_type: "json",
      insecure_ssl: "0",
      url: hook.url,
      ...(hook.secret === null ? {} : { secret: "********" }),
    },
    updated_at: iso(hook.createdAt),
    created_at: iso(hook.createdAt),
    url,
    test_url: `${url}/tests`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: { code: null, status: "unused", message: null },
  };
}

export function hookPing(store: Store, hook: Hook): Payload {
  const { repository } = hook;
  return {
    zen: "Keep it logically awesome.",
    hook_id: hook.id,
    hook: presentHook(store, hook),
    repository: presentRepository(store, repository),
    sender: presentUser(store, repository.owner),
  };
}

export function presentDeliveryItem(delivery: Delivery): Schemas["hook-delivery-item"] {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: iso(delivery.deliveredAt),
    redelivery: delivery.redelivery,
    duration: delivery.durationMs / 1000,
    status: delivery.status ?? "pending",
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: null,
    repository_id: delivery.hook.repository.id,
    throttled_at: null,
  };
}

export function presentDelivery(delivery: Delivery) {
  return {
    ...presentDeliveryItem(delivery),
    url: delivery.hook.url,
    request: { headers: delivery.headers, payload: JSON.parse(delivery.body) as Record<string, unknown> },
    response: { headers: delivery.responseHeaders, payload: delivery.responseBody },
  };
}
