import autocannon from "autocannon";
import type { SignedDelivery } from "./deliveries.ts";
import { type Load, LoadRecorder } from "./load.ts";

export interface Sending {
  url: string;
  connections: number;
  seconds: number;
  /** Each connection sends its own again and again, one at a time. */
  deliveries: readonly SignedDelivery[];
}

/** Sends deliveries for some time, over connections that stay open. */
export async function sendDeliveries({ url, connections, seconds, deliveries }: Sending): Promise<Load> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let opened = 0;
  const recorder = new LoadRecorder();
  const running = autocannon(
    {
      url,
      method: "POST",
      connections,
      duration: seconds,
      sampleInt: 100,
      setupClient(client) {
        const delivery = deliveries[opened++ % deliveries.length];
        client.setHeadersAndBody(delivery?.headers, delivery?.body);
      },
    },
    (error: Error | null) => (error ? reject(error) : resolve()),
  );
  // Its own histogram knows milliseconds alone.
  running.on("response", (_, status, __, ms) => {
    if (status >= 200 && status < 300) recorder.accepted(ms);
    else recorder.failed();
  });
  running.on("reqError", () => recorder.failed());
  await promise;
  return recorder.load();
}
