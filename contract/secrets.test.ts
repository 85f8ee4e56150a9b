import { describe, expect, test } from "vitest";
import { namespaces } from "./namespaces.ts";
import { type SecretReference, secrets } from "./secrets.ts";
import { kafkaUsers } from "./topics.ts";

const all: [string, SecretReference][] = Object.entries(secrets);

// Kubernetes: "Object Names and IDs".
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const subdomain = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

test.each(Object.values(namespaces))("the namespace %s is a DNS label", (name) => {
  expect(name).toMatch(label);
});

test("each part has a namespace of its own", () => {
  expect(new Set(Object.values(namespaces)).size).toBe(Object.keys(namespaces).length);
});

test.each(Object.values(kafkaUsers))("the KafkaUser %s is named as Kubernetes allows", (name) => {
  expect(name).toMatch(subdomain);
});

describe.each(all)("the Secret %s", (_, { namespaces: where, name, keys, optional = [] }) => {
  test("is named as Kubernetes allows, and its keys too", () => {
    expect(name).toMatch(subdomain);
    expect(Object.values(keys)).not.toEqual([]);
    for (const key of Object.values(keys)) expect(key).toMatch(/^[-._a-zA-Z0-9]{1,253}$/);
    expect(where).not.toEqual([]);
  });

  test("has each key once, and only keys that it has are optional", () => {
    expect(new Set(Object.values(keys)).size).toBe(Object.keys(keys).length);
    expect(Object.values(keys)).toEqual(expect.arrayContaining([...optional]));
  });
});

test.each(Object.values(namespaces))("no two Secrets of %s have one name", (namespace) => {
  const names = all.filter(([, { namespaces: where }]) => where.includes(namespace)).map(([, { name }]) => name);
  expect(names).not.toEqual([]);
  // The operator writes a Secret for each user, of the user's name.
  if (namespace === namespaces.kafka) names.push(...Object.values(kafkaUsers));
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
});
