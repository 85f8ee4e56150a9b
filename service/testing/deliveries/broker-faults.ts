import { setTimeout as wait } from "node:timers/promises";
import { topicSettings, topics } from "@froussard/contract";
import { ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from "@platformatic/kafka";
import type { Broker } from "../broker/start-broker.ts";
import type { Draw } from "../mutate.ts";
import type { TcpProxy } from "../tcp-proxy.ts";

/** Where faults are put in. */
export interface FaultyKafka {
  broker: Broker;
  /** Every client's way to the broker. */
  proxy: TcpProxy;
  draw: Draw;
}

/** Breaks something for a while; resolves to what is left of the repair. */
export type Fault = (of: FaultyKafka) => Promise<() => Promise<void>>;

const seconds = (draw: Draw, from: number, to: number) => wait(1_000 * from + draw.below(1_000 * (to - from)));
const done = async () => {};

/** Each with how often it happens in a run. After one that is an outage Kafka must be found again in time. */
export const brokerFaults: Readonly<Record<string, { times: number; isOutage: boolean; fault: Fault }>> = {
  "broker killed": {
    times: 3,
    isOutage: true,
    async fault({ broker, draw }) {
      await broker.kill();
      await seconds(draw, 0, 3);
      return () => broker.restart();
    },
  },
  "broker halted": {
    times: 5,
    isOutage: true,
    async fault({ broker, draw }) {
      broker.freeze();
      await seconds(draw, 1, 6);
      broker.thaw();
      return done;
    },
  },
  "broker halted, then killed": {
    times: 1,
    isOutage: true,
    async fault({ broker, draw }) {
      broker.freeze();
      await seconds(draw, 1, 4);
      await broker.kill();
      return () => broker.restart();
    },
  },
  "connections reset": {
    times: 5,
    isOutage: true,
    async fault({ proxy }) {
      proxy.cut();
      return done;
    },
  },
  "connections reset in a message": {
    times: 6,
    isOutage: true,
    async fault({ proxy, draw }) {
      proxy.cutAfter(1 + draw.below(draw.pick([50, 2_000, 100_000])), draw.pick(["requests", "answers"] as const));
      await seconds(draw, 0, 2);
      proxy.heal();
      return done;
    },
  },
  "answers lost": {
    times: 4,
    isOutage: true,
    async fault({ proxy, draw }) {
      proxy.loseAnswers();
      await seconds(draw, 0, 4);
      proxy.heal();
      return done;
    },
  },
  "slow network": {
    times: 3,
    isOutage: false,
    async fault({ proxy, draw }) {
      proxy.slowDown(50 + draw.below(400));
      await seconds(draw, 1, 4);
      proxy.heal();
      return done;
    },
  },
  "topic too small": {
    times: 3,
    isOutage: false,
    async fault({ broker, draw }) {
      const topic = draw.pick(Object.values(topics));
      await setMaxMessageBytes(broker, topic, 1_000 + draw.below(4_000));
      await seconds(draw, 1, 4);
      await setMaxMessageBytes(broker, topic, topicSettings.maxMessageBytes);
      return done;
    },
  },
};

async function setMaxMessageBytes({ admin }: Broker, resourceName: string, bytes: number): Promise<void> {
  await admin.incrementalAlterConfigs({
    resources: [
      {
        resourceType: ConfigResourceTypes.TOPIC,
        resourceName,
        configs: [
          {
            name: "max.message.bytes",
            configOperation: IncrementalAlterConfigOperationTypes.SET,
            value: String(bytes),
          },
        ],
      },
    ],
  });
}
