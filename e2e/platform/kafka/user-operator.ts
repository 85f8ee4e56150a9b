import { setTimeout as wait } from "node:timers/promises";
import {
  type Acl,
  AclOperations,
  AclPermissionTypes,
  type Admin,
  alterUserScramCredentialsV0,
  Connection,
  type ConnectionOptions,
  describeUserScramCredentialsV0,
  ResourcePatternTypes,
  ResourceTypes,
  ScramMechanisms,
} from "@platformatic/kafka";
import { scramCredential } from "./scram-credential.ts";
import type { KafkaUser } from "./strimzi-resources.ts";
import { aclText, userAcls } from "./user-acls.ts";

/** How the broker is reached as a super user. */
export interface SuperUser {
  admin: Admin;
  host: string;
  port: number;
  sasl: NonNullable<ConnectionOptions["sasl"]>;
}

/** Longest until the broker has what the controller decided. */
const settleMs = 30_000;

/** Gives the user its password and exactly the ACLs of its object, as Strimzi's user operator does. */
export async function applyUser(broker: SuperUser, user: KafkaUser, password: string): Promise<void> {
  const credential = scramCredential(user.metadata.name, password);
  await onConnection(broker, (connection) => alterUserScramCredentialsV0.api.async(connection, [], [credential]));
  const wanted = userAcls(user);
  const wantedTexts = new Set(wanted.map(aclText));
  const present = await aclsOf(broker.admin, `User:${user.metadata.name}`);
  const presentTexts = new Set(present.map(aclText));
  const creations = wanted.filter((acl) => !presentTexts.has(aclText(acl)));
  const filters = present.filter((acl) => !wantedTexts.has(aclText(acl)));
  if (creations.length > 0) await broker.admin.createAcls({ creations });
  if (filters.length > 0) await broker.admin.deleteAcls({ filters });
  // The controller decides; what counts is what the broker has heard of.
  for (const end = performance.now() + settleMs; ; await wait(20)) {
    const now = await aclsOf(broker.admin, `User:${user.metadata.name}`);
    if (now.length === wantedTexts.size && now.every((acl) => wantedTexts.has(aclText(acl)))) return;
    if (performance.now() > end)
      throw new Error(`the broker has not heard of the ACLs of ${user.metadata.name} within ${settleMs} ms`);
  }
}

/** Takes password and ACLs from everyone who has no object: as Strimzi's user operator does after a deletion. */
export async function removeUsersExcept(broker: SuperUser, names: readonly string[]): Promise<string[]> {
  const { results } = await onConnection(broker, (connection) =>
    describeUserScramCredentialsV0.api.async(connection, null),
  );
  const left = results.map(({ user }) => user).filter((user) => !names.includes(user));
  const deletions = left.map((name) => ({ name, mechanism: ScramMechanisms.SCRAM_SHA_512 }));
  if (left.length > 0)
    await onConnection(broker, (connection) => alterUserScramCredentialsV0.api.async(connection, deletions, []));
  const strangers = (await aclsOf(broker.admin, null)).filter(
    ({ principal }) => !names.some((name) => principal === `User:${name}`),
  );
  if (strangers.length > 0) await broker.admin.deleteAcls({ filters: strangers });
  return left;
}

async function aclsOf(admin: Admin, principal: string | null): Promise<Acl[]> {
  const filter = {
    ...{ resourceType: ResourceTypes.ANY, resourceName: null, resourcePatternType: ResourcePatternTypes.ANY },
    ...{ principal, host: null, operation: AclOperations.ANY, permissionType: AclPermissionTypes.ANY },
  };
  const resources = await admin.describeAcls({ filter });
  return resources.flatMap(({ acls, ...target }) => acls.map((acl) => ({ ...target, ...acl })));
}

async function onConnection<T>(
  { host, port, sasl }: SuperUser,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = new Connection("strimzi-stand-in", { sasl, connectTimeout: 5_000, requestTimeout: 10_000 });
  await connection.connect(host, port);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
