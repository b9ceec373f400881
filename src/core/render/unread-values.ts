import { suggestName } from "../diagnostics/suggest.ts";
import type { Json } from "../model/kube-object.ts";

type Values = { readonly [key: string]: Json };

/** What a chart does with values, as far as its files say. */
export interface ChartValues {
  /** The chart's own values, those of its profiles among them. */
  readonly defaults: Values;
  /** Every word of its templates: a value whose name is none of them can be read by no template. */
  readonly words: ReadonlySet<string>;
  /** Names of values that templates write out whole, with whatever is in them. */
  readonly whole: ReadonlySet<string>;
  /** A key of which the chart takes everything as if it stood at the top (`pilot`, `cni`). */
  readonly alias?: string;
}

export interface IstioCharts {
  /** The charts that get the values themselves. */
  readonly charts: readonly ChartValues[];
  /** The chart of gateways, which gets what stands under `gateways` and the gateway's name. */
  readonly gateway: ChartValues;
  readonly gatewayNames: readonly string[];
}

/** A value that none of the charts reads. */
export interface UnreadValue {
  readonly path: readonly string[];
  /** The value that was probably meant, by its last key. */
  readonly near?: string;
}

/**
 * The values that have no effect, since no chart has a value or a template
 * that names them. Says nothing where a chart writes a mapping out whole
 * (annotations, resources, meshConfig) or reads a name somewhere else: helm
 * itself would take all of them without a word. Pure.
 */
export function findUnreadValues(
  values: Values,
  { charts, gateway, gatewayNames }: IstioCharts,
): readonly UnreadValue[] {
  // Templates of the user's own may read whatever the injector knows.
  const ownTemplates = isMap(at(at(values, "sidecarInjectorWebhook"), "templates"));
  return Object.entries(values).flatMap(([key, value]) => {
    if (ownTemplates && key === "global") {
      return [];
    }
    const aliases = charts.filter((chart) => chart.alias === key);
    if (aliases.length > 0 && isMap(value)) {
      const nodes = aliases.flatMap((chart) => [chart.defaults, ...maps(at(chart.defaults, key))]);
      return visit(value, nodes, charts, [key]);
    }
    if (key === "gateways" && isMap(value)) {
      return Object.entries(value).flatMap(([name, own]) =>
        gatewayNames.includes(name) && isMap(own)
          ? visit(own, [gateway.defaults], [gateway], [key, name])
          : visit({ [name]: own }, gatewaysOf(charts, gatewayNames), charts, [key]),
      );
    }
    const roots = charts.flatMap(({ defaults, alias }) => [
      defaults,
      ...(alias === undefined ? [] : [{ [alias]: {} }]),
    ]);
    return visit({ [key]: value }, [...roots, { gateways: {} }], charts, []);
  });
}

/** What stands under `gateways` in the charts, and the gateways that there are. */
function gatewaysOf(charts: readonly ChartValues[], names: readonly string[]): readonly Values[] {
  const own = charts.flatMap((chart) => maps(at(chart.defaults, "gateways")));
  return [...own, Object.fromEntries(names.map((name) => [name, {}]))];
}

function visit(
  values: Values,
  nodes: readonly Values[],
  charts: readonly ChartValues[],
  path: readonly string[],
): readonly UnreadValue[] {
  return Object.entries(values).flatMap(([key, value]): readonly UnreadValue[] => {
    const known = nodes.filter((node) => Object.hasOwn(node, key)).map((node) => at(node, key));
    if (known.length === 0) {
      if (charts.some((chart) => chart.words.has(key))) {
        return [];
      }
      const near = suggestName(
        key,
        nodes.flatMap((node) => Object.keys(node)),
      );
      return [{ path: [...path, key], ...(near === undefined ? {} : { near }) }];
    }
    const open =
      key === "meshConfig" ||
      charts.some((chart) => chart.whole.has(key)) ||
      known.some((one) => !isMap(one) || Object.keys(one).length === 0);
    return open || !isMap(value) ? [] : visit(value, known.filter(isMap), charts, [...path, key]);
  });
}

function at(values: Json | undefined, key: string): Json | undefined {
  return isMap(values) ? values[key] : undefined;
}

function maps(value: Json | undefined): readonly Values[] {
  return isMap(value) ? [value] : [];
}

function isMap(value: Json | undefined): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
