import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/** A line of a panel: its expression, and what it is called, where `{{label}}` is the label's value. */
export type Line = readonly [expression: string, legend: string];

export interface PanelOptions {
  title: string;
  /** What is to be seen, and what is to be done about it. */
  description: string;
  lines: readonly Line[];
  /** One of Grafana's units. */
  unit?: string;
  /** Of 24. */
  width?: number;
  /** From here on it is red. */
  limit?: number;
  /** Bars upon each other, for counts of what happened. */
  stacked?: boolean;
}

/** The variable by which the viewer chooses a Prometheus. */
export const datasource = { type: "prometheus", uid: "$datasource" };

function target([expression, legend]: Line, index: number): Builder<Dataquery> {
  return new DataqueryBuilder()
    .datasource(datasource)
    .refId(String.fromCharCode(65 + index))
    .expr(expression)
    .legendFormat(legend)
    .range();
}

function thresholds(limit: number | undefined) {
  const steps = [{ value: null, color: "green" }, ...(limit === undefined ? [] : [{ value: limit, color: "red" }])];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** Lines over time. */
export function graph({ title, description, lines, unit = "short", width = 8, limit, stacked }: PanelOptions) {
  const panel = new TimeseriesBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .targets(lines.map(target))
    .unit(unit)
    .min(0)
    .span(width)
    .height(8)
    .fillOpacity(10)
    .thresholds(thresholds(limit))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    );
  if (!stacked) return panel;
  return panel
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
}

/** One number as it is now. */
export function figure({ title, description, lines, unit = "short", width = 4, limit }: PanelOptions) {
  return new StatBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .targets(lines.map(target))
    .unit(unit)
    .span(width)
    .height(4)
    .noValue("no data")
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.Area)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .thresholds(thresholds(limit));
}
