import process from "node:process";
import { ByteBudget } from "froussard/serve/byte-budget";
import { readDelivery } from "froussard/serve/read-delivery";
import { startServer } from "froussard/serve/server";

/**
 * The service's own server, with everything that it checks before a delivery means anything: bounds, time limits, headers,
 * HMAC, UTF-8 and JSON. Then it answers, without translating, publishing, logging or counting.
 */
const { PORT, GITHUB_WEBHOOK_SECRET: secret = "" } = process.env;
const log = { debug() {}, info() {}, warn() {}, error() {} };
const budget = new ByteBudget(32 * 1024 * 1024);
const reading = { secrets: [secret], budget, withinMs: 8_000 };

await startServer(
  [
    async (request, _path, goOn) => {
      const { delivery, release } = await readDelivery(request, { ...reading, goOn });
      release();
      const { deliveryId, event, action } = delivery;
      const codexStageTriggered = delivery.payload && action === "opened" ? "planning" : null;
      return { status: 202, body: { status: "accepted", deliveryId, event, action, codexStageTriggered } };
    },
  ],
  { host: "127.0.0.1", port: Number(PORT), portSetting: "PORT", hint: "", log },
);
