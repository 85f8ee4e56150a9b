import { type Chart, Testing } from "cdk8s";
import { stringify } from "yaml";
import { at } from "../references/tree.ts";
import type { Manifest } from "../validate-manifest.ts";

/** For tests only: the objects that something adds to a chart. */
export function synthConstruct(add: (chart: Chart) => unknown): Manifest[] {
  const chart = Testing.chart();
  add(chart);
  return Testing.synth(chart) as Manifest[];
}

/** Objects as they are written, or only what lies at a path in each. */
export function yamlOf(manifests: readonly Manifest[], path?: string): string {
  return manifests.map((each) => stringify(path === undefined ? each : at(each, path))).join("---\n");
}
