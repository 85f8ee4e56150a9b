import { KafkaTopic } from "@kubernetes-models/strimzi-kafka-operator/kafka.strimzi.io/v1/KafkaTopic";
import { KafkaUser } from "@kubernetes-models/strimzi-kafka-operator/kafka.strimzi.io/v1/KafkaUser";
import { describe, expect, test } from "vitest";
import { type Manifest, validateManifest } from "../validate-manifest.ts";
import { declarationSchema } from "./declaration-schema.ts";

const declared = (body: string) =>
  declarationSchema(`import {};\nexport interface IThing {${body}}\nexport class X {}`, "Thing");

describe("declarationSchema", () => {
  test.each([
    ["a text", '"a"?: string;', { type: "string" }],
    ["a number", '"a"?: number;', { type: "number" }],
    ["one of some texts", '"a"?: "x" | "y";', { type: "string", enum: ["x", "y"] }],
    ["a list", '"a"?: Array<string>;', { type: "array", items: { type: "string" } }],
    ["a map", '"a"?: { [key: string]: string; };', { type: "object", additionalProperties: { type: "string" } }],
    ["a free object", '"a"?: {};', { type: "object" }],
    [
      "an object",
      '"a"?: { "b": boolean; };',
      { type: "object", required: ["b"], properties: { b: { type: "boolean" } } },
    ],
    ["the metadata", '"a"?: IObjectMeta;', { type: "object" }],
  ])("reads %s", (_, body, schema) => {
    expect(declared(body).properties).toEqual({ a: schema });
  });

  test("skips comments, whatever they hold", () => {
    expect(declared('/** "b": { */ "a"?: string; /* } */')).toEqual({
      type: "object",
      properties: { a: { type: "string" } },
    });
  });

  test.each([
    ["an unknown type", '"a"?: IOther;', 'the declaration of Thing has the unknown type "IOther"'],
    [
      "a union of other than texts",
      '"a"?: string | number;',
      "the declaration of Thing has a union of other than texts",
    ],
    ["an odd token", '"a"?: string, ', 'the declaration of Thing has "," where ; belongs'],
  ])("fails for %s", (_, body, message) => {
    expect(() => declared(body)).toThrow(message);
  });

  test("fails when the kind is not declared", () => {
    expect(() => declarationSchema("", "Thing")).toThrow("no interface IThing in the declaration of Thing");
  });
});

describe("the limits that the declarations do not tell", () => {
  const topic = (field: string, value: unknown) =>
    [
      { apiVersion: "kafka.strimzi.io/v1", kind: "KafkaTopic", metadata: { name: "t" }, spec: { [field]: value } },
      KafkaTopic,
    ] as const;
  const user = (field: string, value: unknown) =>
    [
      {
        apiVersion: "kafka.strimzi.io/v1",
        kind: "KafkaUser",
        metadata: { name: "u" },
        spec: { quotas: { [field]: value } },
      },
      KafkaUser,
    ] as const;

  test.each([
    ...[-1, 0, 1, 1.5, 32_767, 32_768].flatMap((value) => [topic("partitions", value), topic("replicas", value)]),
    ...["producerByteRate", "consumerByteRate", "requestPercentage", "controllerMutationRate"].flatMap((quota) =>
      [-1, 0, 1, 1.5].map((value) => user(quota, value)),
    ),
  ])("are those of the package's own validator: %o", (manifest, Model) => {
    const accepts = () => {
      try {
        new Model(manifest as never).validate();
        return true;
      } catch {
        return false;
      }
    };
    expect(validateManifest(manifest as Manifest).length === 0).toBe(accepts());
  });
});
