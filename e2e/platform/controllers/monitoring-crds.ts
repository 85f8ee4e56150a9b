import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { kinds } from "../../../infra/schemas/kinds.ts";
import { sourceFolder } from "../../../infra/schemas/source-folder.ts";
import type { Manifest } from "./manifest.ts";

/** The definitions of Prometheus' operator, as published, of the kinds that we use. */
export const monitoringCrds = (): Manifest[] =>
  kinds.flatMap((kind) =>
    kind.source === "prometheusOperator" && "crd" in kind
      ? [parse(readFileSync(join(sourceFolder(kind.source), kind.crd), "utf8")) as Manifest]
      : [],
  );
