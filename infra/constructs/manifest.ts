import { ApiObject } from "cdk8s";
import type { Construct } from "constructs";

/** What every object says of itself. */
export interface Metadata {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/**
 * Adds an object of a kind that has its type in `@kubernetes-models`. Given as a literal, a misspelt field is a type
 * error; only the type is used, because loading those packages would make up most of a synth's time.
 */
export function addManifest<Kind extends { apiVersion: string; kind: string; metadata?: object }>(
  scope: Construct,
  id: string,
  manifest: Kind & { metadata: Metadata },
): ApiObject {
  return new ApiObject(scope, id, manifest);
}
