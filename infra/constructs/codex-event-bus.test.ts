import { expect, test } from "vitest";
import { at } from "../references/tree.ts";
import { synthConstruct, yamlOf } from "../testing/synth-construct.ts";
import { CodexEventBus, type CodexEventBusProps } from "./codex-event-bus.ts";

const required: CodexEventBusProps = {
  ...{ name: "codex", namespace: "runs", replicas: 3, volumeGi: 10 },
  ...{ server: { cpu: "500m", memory: "512Mi" }, sidecar: { cpu: "100m", memory: "64Mi" } },
};
const synth = (props: Partial<CodexEventBusProps> = {}) =>
  synthConstruct((chart) => new CodexEventBus(chart, "bus", { ...required, ...props }));
const bus = (props: Partial<CodexEventBusProps> = {}) => synth(props).filter(({ kind }) => kind === "EventBus");

test("minimal props", () => {
  expect(synth().map(({ kind }) => kind)).toEqual(["ServiceAccount", "EventBus", "PodDisruptionBudget"]);
  expect(yamlOf(bus(), "spec.jetstream.streamConfig")).toMatchInlineSnapshot(`
    "|
    maxMsgs: 50000
    maxAge: 168h
    maxBytes: 5368709120
    replicas: 3
    duplicates: 300s
    retention: 0
    discard: 1
    "
  `);
  expect(yamlOf(bus(), "spec.jetstream.persistence")).toMatchInlineSnapshot(`
    "accessMode: ReadWriteOnce
    volumeSize: 10Gi
    "
  `);
});

test.each([
  [{ replicas: 2 }, "event bus codex: replicas must be 1 or at least 3, not 2"],
  [{ volumeGi: 3 }, "event bus codex: volumeGi must be at least 4, not 3"],
])("fails for %o", (props, message) => {
  expect(() => synth(props)).toThrow(message);
});

test("lies on the storage that is named", () => {
  expect(at(bus({ storageClass: "fast" })[0], "spec.jetstream.persistence.storageClassName")).toBe("fast");
});

test("keeps no more than three copies, however many servers it has", () => {
  expect(at(bus({ replicas: 5 })[0], "spec.jetstream.streamConfig")).toContain("replicas: 3\n");
});

test("fills less than a larger volume too", () => {
  const jetstream = at(bus({ volumeGi: 100 })[0], "spec.jetstream");
  expect(at(jetstream, "settings")).toContain("max_file_store: 98GB\n");
  expect(at(jetstream, "streamConfig")).toContain(`maxBytes: ${50 * 1024 ** 3}\n`);
});

test.each([4, 5, 6, 10, 1_000])("of %i GiB leaves room for the Sensor's own state beside the stream", (volumeGi) => {
  const jetstream = at(bus({ volumeGi })[0], "spec.jetstream");
  const [, store] = /^max_file_store: (\d+)GB$/m.exec(String(at(jetstream, "settings"))) ?? [];
  const [, stream] = /^maxBytes: (\d+)$/m.exec(String(at(jetstream, "streamConfig"))) ?? [];
  expect(Number(stream)).toBeLessThanOrEqual(Number(store) * 1024 ** 3 * 0.7);
  expect(Number(stream)).toBeGreaterThan(1024 ** 3);
});
