import { nameOf, namespaceOf, type Objects } from "./objects.ts";
import { podsOf } from "./pods.ts";
import { fieldsAt, labelsAt, listAt, textAt } from "./tree.ts";

/** An operation on a topic or group. */
interface Access {
  type: "topic" | "group";
  name: string;
  operations: readonly string[];
}

/** Topics and groups that are read or written somewhere exist, and one KafkaUser may do exactly that with them. */
export function kafkaFaults(objects: Objects): string[] {
  const topics = objects
    .ofKind("KafkaTopic")
    .map((topic) => textAt(topic, "spec.topicName") ?? String(topic.metadata?.name));
  const clients = [...consumers(objects), ...producers(objects)];
  const users = objects.ofKind("KafkaUser").map((user) => ({ user, acls: aclsOf(user) }));
  const allows = (acls: readonly Access[], wanted: Access) =>
    wanted.operations.every((operation) =>
      acls.some((acl) => acl.type === wanted.type && acl.name === wanted.name && acl.operations.includes(operation)),
    );
  const isWanted = (acl: Access, operation: string) =>
    clients.some(({ accesses }) =>
      accesses.some((each) => each.type === acl.type && each.name === acl.name && each.operations.includes(operation)),
    );
  return [
    ...clients.flatMap(({ by, accesses }) => [
      ...accesses
        .filter(({ type, name }) => type === "topic" && !topics.includes(name))
        .map(({ name }) => `${by}: topic ${name} does not exist; there are ${topics.join(", ")}`),
      ...(users.some(({ acls }) => accesses.every((each) => allows(acls, each)))
        ? []
        : [`${by}: no KafkaUser may ${accesses.map(described).join(", and ")}`]),
    ]),
    ...users.flatMap(({ user, acls }) =>
      acls.flatMap((acl) =>
        acl.operations
          .filter((operation) => !isWanted(acl, operation))
          .map((operation) => `${nameOf(user)}: may ${operation} ${acl.type} ${acl.name}, which nothing does`),
      ),
    ),
    ...clusterFaults(objects),
  ];
}

function described({ type, name, operations }: Access): string {
  return `${operations.join(" and ")} ${type} ${name}`;
}

function consumers(objects: Objects) {
  return objects.ofKind("EventSource").flatMap((source) =>
    Object.values(fieldsAt(source, "spec.kafka")).map((event) => ({
      by: nameOf(source),
      accesses: [
        { type: "topic", name: textAt(event, "topic") ?? "", operations: ["Describe", "Read"] },
        { type: "group", name: textAt(event, "consumerGroup.groupName") ?? "", operations: ["Read"] },
      ] satisfies Access[],
    })),
  );
}

function producers(objects: Objects) {
  return podsOf(objects).flatMap(({ name, containers }) => {
    const accesses = containers
      .flatMap((container) => listAt(container, "env"))
      .filter((variable) => /^KAFKA_(?:CODEX_)?TOPIC$/.test(textAt(variable, "name") ?? ""))
      .map(
        (variable): Access => ({
          ...{ type: "topic", name: textAt(variable, "value") ?? "", operations: ["Describe", "Write"] },
        }),
      );
    return accesses.length > 0 ? [{ by: name, accesses }] : [];
  });
}

function aclsOf(user: unknown): Access[] {
  return listAt(user, "spec.authorization.acls").map((acl) => ({
    type: textAt(acl, "resource.type") as Access["type"],
    name: textAt(acl, "resource.name") ?? "",
    operations: listAt(acl, "operations").map(String),
  }));
}

/** The operators look at one namespace, and only at objects with their cluster's label. */
function clusterFaults(objects: Objects): string[] {
  const [first, ...rest] = objects.ofKind("KafkaTopic", "KafkaUser");
  const labelOf = (object: unknown) => labelsAt(object, "metadata.labels")["strimzi.io/cluster"];
  if (!first) return [];
  return [first, ...rest].flatMap((object) => {
    if (labelOf(object) === undefined)
      return [`${nameOf(object)}: has no label strimzi.io/cluster: no operator sees it`];
    if (labelOf(object) !== labelOf(first) || namespaceOf(object) !== namespaceOf(first))
      return [`${nameOf(object)}: is of another cluster or namespace than ${nameOf(first)}`];
    return [];
  });
}
