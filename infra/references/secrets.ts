import type { DeclaredConfigMap } from "../secrets/declared-config-maps.ts";
import type { DeclaredSecret } from "../secrets/declared-secrets.ts";
import { nameOf, namespaceOf, type Objects } from "./objects.ts";
import { at, listAt, textAt, under } from "./tree.ts";

const keyFields = [
  "secretKeyRef",
  "userSecret",
  "passwordSecret",
  "caCertSecret",
  "clientCertSecret",
  "clientKeySecret",
];

function pullSecretsOf(object: unknown): (string | undefined)[] {
  return under(object, "imagePullSecrets")
    .flat()
    .map((each) => textAt(each, "name"));
}

/** Secrets and ConfigMaps that are named somewhere: each is declared or ours, with the key that is asked for. */
export function secretFaults(
  objects: Objects,
  declared: readonly DeclaredSecret[],
  configMaps: readonly DeclaredConfigMap[],
): string[] {
  const secretFault = (namespace: string, name: string | undefined, key: string | undefined) => {
    const secret = declared.find((each) => each.namespace === namespace && each.name === name);
    if (!secret) return `Secret ${namespace}/${name} is not declared; see infra/secrets/declared-secrets.ts`;
    if (key === undefined || secret.keys.some((each) => each.key === key)) return undefined;
    return `Secret ${namespace}/${name} has no key ${key}, only ${secret.keys.map((each) => each.key).join(", ")}`;
  };
  const configMapFault = (namespace: string, name: string | undefined, key: string | undefined) => {
    if (configMaps.some((each) => each.namespace === namespace && each.name === name && (key ?? each.key) === each.key))
      return undefined;
    const map = objects.find("ConfigMap", namespace, name);
    if (!map) return `ConfigMap ${namespace}/${name} does not exist`;
    return key === undefined || at(map, "data") === undefined || key in (at(map, "data") as object)
      ? undefined
      : `ConfigMap ${namespace}/${name} has no key ${key}`;
  };
  return objects.all.flatMap((object) => {
    const namespace = namespaceOf(object);
    const name = (reference: unknown) => textAt(reference, "name");
    const key = (reference: unknown) => textAt(reference, "key");
    return [
      ...under(object, ...keyFields).map((each) => secretFault(namespace, name(each), key(each))),
      ...under(object, "secretName").map((each) => secretFault(namespace, String(each), undefined)),
      ...pullSecretsOf(object).map((each) => secretFault(namespace, each, undefined)),
      ...under(object, "configMapKeyRef").map((each) => configMapFault(namespace, name(each), key(each))),
      ...under(object, "configMap").map((each) => configMapFault(namespace, name(each), undefined)),
    ].flatMap((fault) => (fault === undefined ? [] : [`${nameOf(object)}: ${fault}`]));
  });
}

/**
 * Where a store hands out the Secrets: each declared key is asked for by its name, and no other; those that may be missing,
 * with all that the store has there.
 */
export function externalSecretFaults(objects: Objects, declared: readonly DeclaredSecret[]): string[] {
  const asked = objects.ofKind("ExternalSecret").flatMap((object) =>
    listAt(object, "spec.data").map((each) => ({
      object,
      secret: `${namespaceOf(object)}/${textAt(object, "spec.target.name")}`,
      key: textAt(each, "secretKey"),
    })),
  );
  if (asked.length === 0) return [];
  const whole = new Set(
    objects
      .ofKind("ExternalSecret")
      .filter((object) => listAt(object, "spec.dataFrom").some((each) => at(each, "extract") !== undefined))
      .map((object) => `${namespaceOf(object)}/${textAt(object, "spec.target.name")}`),
  );
  const wanted = declared
    .filter(({ isMadeElsewhere }) => !isMadeElsewhere)
    .flatMap(({ namespace, name, keys }) => keys.map((each) => ({ ...each, secret: `${namespace}/${name}` })));
  const isSame = (a: { secret: string; key: string | undefined }) => (b: typeof a) =>
    a.secret === b.secret && a.key === b.key;
  return [
    ...wanted
      .filter((each) => !(each.optional ? whole.has(each.secret) : asked.some(isSame(each))))
      .map(({ secret, key }) => `Secret ${secret}: no ExternalSecret asks for its key ${key}`),
    ...asked
      .filter((each) => !wanted.some(isSame(each)))
      .map(
        ({ object, secret, key }) =>
          `${nameOf(object)}: asks for key ${key} of Secret ${secret}, which is not declared`,
      ),
  ];
}

/** Declared Secrets that nothing refers to: people would create them for nothing. */
export function unusedSecretFaults(objects: Objects, declared: readonly DeclaredSecret[]): string[] {
  const isUsed = ({ namespace, name }: DeclaredSecret, key: string) =>
    objects.all.some(
      (object) =>
        object.kind !== "ExternalSecret" &&
        namespaceOf(object) === namespace &&
        (under(object, ...keyFields).some((each) => textAt(each, "name") === name && textAt(each, "key") === key) ||
          under(object, "secretName").includes(name) ||
          pullSecretsOf(object).includes(name)),
    );
  return declared.flatMap((secret) =>
    secret.keys
      .filter(({ key }) => !isUsed(secret, key))
      .map(({ key }) => `Secret ${secret.namespace}/${secret.name}: nothing reads its key ${key}; do not declare it`),
  );
}
