import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from "graphql";

export interface Cost {
  /** Points taken from the rate limit. */
  points: number;
  /** The most nodes the query can answer. */
  nodeCount: number;
}

/** GitHub refuses queries that could answer more. */
export const nodeLimit = 500_000;

/**
 * What GitHub charges: it counts the requests needed to fill each connection, taking every `first` or `last` as reached,
 * divides by 100 and rounds, at least one point. Ids given to `nodes` count as that many parents.
 * @see https://docs.github.com/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api
 * @param variables coerced, so that defaults are in
 */
export function queryCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Cost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const given = (node: ValueNode | undefined): unknown => {
    if (node?.kind === Kind.VARIABLE) return variables[node.name.value];
    if (node?.kind === Kind.INT) return Number(node.value);
    return node?.kind === Kind.LIST ? node.values : undefined;
  };
  let requests = 0;
  let nodeCount = 0;

  const walk = (selections: SelectionSetNode | undefined, typeName: string, parents: number): void => {
    for (const selection of selections?.selections ?? []) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, selection.typeCondition?.name.value ?? typeName, parents);
        continue;
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        walk(fragment?.selectionSet, fragment?.typeCondition.name.value ?? typeName, parents);
        continue;
      }
      const type = schema.getType(typeName);
      const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
      if (!field) continue;
      const fieldType = getNamedType(field.type).name;
      const argument = (name: string): unknown =>
        given(selection.arguments?.find((candidate) => candidate.name.value === name)?.value);
      let children = parents;
      if (fieldType.endsWith("Connection")) {
        const size = Number(argument("first") ?? argument("last") ?? 0);
        requests += parents;
        children = parents * size;
        nodeCount += children;
      } else if (typeName === "Query" && selection.name.value === "nodes") {
        const ids = argument("ids");
        children = parents * (Array.isArray(ids) ? ids.length : 1);
        nodeCount += children;
      }
      walk(selection.selectionSet, fieldType, children);
    }
  };
  const root = operation.operation === "mutation" ? "Mutation" : "Query";
  walk(operation.selectionSet, root, 1);
  return { points: Math.max(1, Math.round(requests / 100)), nodeCount };
}
