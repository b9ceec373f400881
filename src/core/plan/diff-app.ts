import type { Json, KubeObject } from "../model/kube-object.ts";
import type { FieldChange } from "./diff.ts";
import { diffObjects } from "./diff.ts";

/** What an App of Rancher's catalog asks for. */
export interface AppSpec {
  readonly name: string;
  readonly namespace: string;
  readonly chart: { readonly metadata: { readonly name: string; readonly version: string } };
  readonly values: { readonly [key: string]: Json };
}

/**
 * What an installation would change of an App of Rancher's catalog: the
 * chart's version, and the values that we give. Rancher adds values and fields
 * of its own, which are not ours to compare.
 */
export function diffApp(live: KubeObject, desired: KubeObject): readonly FieldChange[] {
  const wanted = specOf(desired);
  const { chart, values } = specOf(live) as Partial<AppSpec>;
  const present = {
    chart: { metadata: { name: chart?.metadata.name ?? "", version: chart?.metadata.version ?? "" } },
    values: Object.fromEntries(
      Object.keys(wanted.values).flatMap((key) => (values?.[key] === undefined ? [] : [[key, values[key]]])),
    ),
  };
  const asObject = (spec: object): KubeObject => ({ ...desired, spec: spec as Json });
  return diffObjects(asObject(present), asObject({ chart: wanted.chart, values: wanted.values }));
}

/** The spec of an App, whose form Rancher's definition promises. */
export function specOf(app: KubeObject): AppSpec {
  return app["spec"] as unknown as AppSpec;
}
