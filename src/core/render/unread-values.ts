import { suggestName } from "../diagnostics/suggest.ts";
import type { Json } from "../model/kube-object.ts";

type Values = { readonly [key: string]: Json };

/** Values that templates name, by where they name them. */
export interface NamedValues {
  /** `parent.name` of each step of a path: `Values.global` and `global.proxy` of `.Values.global.proxy`. */
  readonly steps: ReadonlySet<string>;
  /** Names that are taken of a variable or of what `with` and `range` stand on: they may be anywhere. */
  readonly loose: ReadonlySet<string>;
}

/** What a chart does with values, as far as its files say. */
export interface ChartValues {
  /** The chart's own values, those of its profiles among them. */
  readonly defaults: Values;
  /** What its templates name. */
  readonly named: NamedValues;
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
  /** The value that was probably meant. */
  readonly near?: readonly string[];
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
      return visit(value, { nodes, parents: [top, key], root: [] }, charts, [key]);
    }
    if (key === "gateways" && isMap(value)) {
      return Object.entries(value).flatMap(([name, own]) =>
        gatewayNames.includes(name) && isMap(own)
          ? visit(own, { nodes: [gateway.defaults], parents: [top], root: [key, name] }, [gateway], [key, name])
          : visit({ [name]: own }, { nodes: gatewaysOf(charts, gatewayNames), parents: [key], root: [] }, charts, [
              key,
            ]),
      );
    }
    const roots = charts.flatMap(({ defaults, alias }) => [
      defaults,
      ...(alias === undefined ? [] : [{ [alias]: {} }]),
    ]);
    return visit({ [key]: value }, { nodes: [...roots, { gateways: {} }], parents: [top], root: [] }, charts, []);
  });
}

/** What stands under `gateways` in the charts, and the gateways that there are. */
function gatewaysOf(charts: readonly ChartValues[], names: readonly string[]): readonly Values[] {
  const own = charts.flatMap((chart) => maps(at(chart.defaults, "gateways")));
  return [...own, Object.fromEntries(names.map((name) => [name, {}]))];
}

/** How templates call what all values stand in. */
const top = "Values";

/** Where values stand: what the charts have there, and under which names templates know the place. */
interface Place {
  readonly nodes: readonly Values[];
  readonly parents: readonly string[];
  /** Where the chart's own values begin. */
  readonly root: readonly string[];
}

function visit(
  values: Values,
  { nodes, parents, root }: Place,
  charts: readonly ChartValues[],
  path: readonly string[],
): readonly UnreadValue[] {
  return Object.entries(values).flatMap(([key, value]): readonly UnreadValue[] => {
    const known = nodes.filter((node) => Object.hasOwn(node, key)).map((node) => at(node, key));
    if (known.length === 0) {
      if (charts.some(({ named }) => named.loose.has(key) || parents.some((one) => named.steps.has(`${one}.${key}`)))) {
        return [];
      }
      const near = suggestPath(key, { nodes, charts, path, root });
      return [{ path: [...path, key], ...(near === undefined ? {} : { near }) }];
    }
    const open =
      key === "meshConfig" ||
      charts.some((chart) => chart.whole.has(key)) ||
      known.some((one) => !isMap(one) || Object.keys(one).length === 0);
    return open || !isMap(value)
      ? []
      : visit(value, { nodes: known.filter(isMap), parents: [key], root }, charts, [...path, key]);
  });
}

/** A name like it in the same place, or the one place that has the very name. */
function suggestPath(
  key: string,
  where: Pick<Place, "nodes" | "root"> & {
    readonly charts: readonly ChartValues[];
    readonly path: readonly string[];
  },
): readonly string[] | undefined {
  const near = suggestName(
    key,
    where.nodes.flatMap((node) => Object.keys(node)),
  );
  if (near !== undefined) {
    return [...where.path, near];
  }
  const paths = new Map(
    where.charts.flatMap(({ defaults }) => pathsTo(key, defaults, where.root)).map((path) => [path.join("."), path]),
  );
  return paths.size === 1 ? [...paths.values()][0] : undefined;
}

function pathsTo(key: string, values: Values, path: readonly string[]): readonly (readonly string[])[] {
  return Object.entries(values).flatMap(([name, value]) => [
    ...(name === key ? [[...path, name]] : []),
    ...(isMap(value) ? pathsTo(key, value, [...path, name]) : []),
  ]);
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
