import { type Acl, AclOperations, AclPermissionTypes, ResourcePatternTypes, ResourceTypes } from "@platformatic/kafka";
import type { KafkaUser, UserAcl } from "./strimzi-resources.ts";

type Operation = UserAcl["operations"][number];

const operations: Readonly<Record<Operation, Acl["operation"]>> = {
  Read: AclOperations.READ,
  Write: AclOperations.WRITE,
  Create: AclOperations.CREATE,
  Delete: AclOperations.DELETE,
  Alter: AclOperations.ALTER,
  Describe: AclOperations.DESCRIBE,
  ClusterAction: AclOperations.CLUSTER_ACTION,
  AlterConfigs: AclOperations.ALTER_CONFIGS,
  DescribeConfigs: AclOperations.DESCRIBE_CONFIGS,
  IdempotentWrite: AclOperations.IDEMPOTENT_WRITE,
  All: AclOperations.ALL,
};

/** The ACLs that Kafka has to hold for this user, one for each operation. Pure. */
export function userAcls({ metadata, spec }: KafkaUser): Acl[] {
  return spec.authorization.acls.flatMap(({ type, resource, host, operations: wanted }) =>
    wanted.map((operation) => ({
      ...target(resource),
      principal: `User:${metadata.name}`,
      host,
      operation: operations[operation],
      permissionType: type === "allow" ? AclPermissionTypes.ALLOW : AclPermissionTypes.DENY,
    })),
  );
}

function target(resource: UserAcl["resource"]) {
  if (resource.type === "cluster")
    return {
      resourceType: ResourceTypes.CLUSTER,
      resourceName: "kafka-cluster",
      resourcePatternType: ResourcePatternTypes.LITERAL,
    };
  return {
    resourceType: resource.type === "topic" ? ResourceTypes.TOPIC : ResourceTypes.GROUP,
    resourceName: resource.name,
    resourcePatternType:
      resource.patternType === "literal" ? ResourcePatternTypes.LITERAL : ResourcePatternTypes.PREFIXED,
  };
}

/** For comparing: two ACLs with the same text mean the same. */
export function aclText(acl: Acl): string {
  const { resourceType, resourcePatternType, resourceName, principal, host, operation, permissionType } = acl;
  return JSON.stringify([resourceType, resourcePatternType, resourceName, principal, host, operation, permissionType]);
}
