import { parse } from "yaml";
import type { Json } from "../model/kube-object.ts";
import { isCatalogApp } from "../render/rancher-app.ts";
import { childPath, isMap } from "./diff.ts";
import type { FieldChange } from "./diff.ts";
import type { PlannedObject } from "./plan.ts";

/**
 * The fields of an IstioOperator out of which the templates of gateways' pods
 * are made, as the charts of Istio 1.12 to 1.23 do (istio/istio,
 * manifests/charts/gateways/istio-ingress/templates/deployment.yaml).
 * `meshNetworks` goes to istiod alone.
 */
const ofGatewayPods = [
  /^spec\.(?:values\.)?revision$/,
  /^spec\.(?:profile|tag|hub|components\.(?:in|e)gressGateways|values\.gateways|values\.global\.(?!meshNetworks))/,
  /^spec\.(?:values\.)?meshConfig\.(?:trustDomain|enablePrometheusMerge|defaultConfig\.proxyMetadata)/,
];

/** Settings of a component's `k8s` that are other objects, or fields of its Deployment beside the template. */
const besideTemplate =
  /\.k8s\.(?:overlays|service|serviceAnnotations|hpaSpec|podDisruptionBudget|replicaCount|strategy)\b/;

function makesPods(path: string): boolean {
  return ofGatewayPods.some((one) => one.test(path)) && !besideTemplate.test(path);
}

/**
 * The changed fields of an IstioOperator, or of the App of Rancher's chart,
 * which carries one as text, that make other pods of gateways; single values,
 * also where a whole map comes or goes. A changed version of the chart is
 * another release of Istio. Empty for other kinds.
 */
export function restartingOperatorFields(object: PlannedObject): readonly string[] {
  const { fields } = object;
  if (object.id.kind === "IstioOperator") {
    return fields.flatMap(changedValues).filter(makesPods);
  }
  return isCatalogApp(object.object)
    ? fields.flatMap((field) =>
        field.path === "spec.values.overlayFile"
          ? changedValues(asOperator(field)).filter(makesPods)
          : field.path === "spec.chart.metadata.version"
            ? [field.path]
            : [],
      )
    : [];
}

/** The text before and after as what it holds; a text that is no YAML holds nothing. */
function asOperator({ before, after }: FieldChange): FieldChange {
  return { path: "", before: read(before), after: read(after) };
}

function read(text: Json | undefined): Json | undefined {
  try {
    return typeof text === "string" ? (parse(text) as Json) : undefined;
  } catch {
    return undefined;
  }
}

function changedValues({ path, before, after }: FieldChange): readonly string[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    return Array.from({ length: Math.max(before.length, after.length) }).flatMap((_, index) =>
      changedValues({ path: `${path}[${index}]`, before: before[index] as Json, after: after[index] as Json }),
    );
  }
  if (isMap(before) || isMap(after)) {
    const [old, fresh] = [isMap(before) ? before : {}, isMap(after) ? after : {}];
    return [...new Set([...Object.keys(old), ...Object.keys(fresh)])].flatMap((key) =>
      changedValues({ path: childPath(path, key), before: old[key], after: fresh[key] }),
    );
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
}
