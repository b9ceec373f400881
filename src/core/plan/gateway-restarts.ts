import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { warningOf } from "../diagnostics/coded.ts";
import { statsAnnotation } from "../render/latency-stats.ts";
import { eastWestGateway, ingressGateway, istioNamespace } from "../render/names.ts";
import type { ClusterPlan, PlannedObject } from "./plan.ts";

const gateways: ReadonlySet<string> = new Set([ingressGateway, eastWestGateway]);

/**
 * A warning where an apply starts pods of gateways anew, which ends what they
 * carry: a Deployment does so when its template changes, Istio's operator when
 * the annotations of pods do that it is asked for. Nothing where the gateway is
 * not there yet.
 */
export function warnOfGatewayRestarts(clusters: readonly ClusterPlan[]): readonly Diagnostic[] {
  const found = clusters.flatMap((one) =>
    one.kind === "planned"
      ? one.objects.flatMap((object) => {
          const paths = restartingFields(object);
          return paths.length === 0 ? [] : [{ cluster: one.cluster, gateway: nameOf(object), paths }];
        })
      : [],
  );
  if (found.length === 0) {
    return [];
  }
  const names = [...new Set(found.map(({ gateway }) => gateway))];
  const where = [...new Set(found.map(({ cluster }) => cluster))];
  const forTimes = found.every(({ paths }) => paths.every((path) => path.includes(statsAnnotation)));
  const why = forTimes ? " They come to write down how long answers of each version take, for shift --max-p99." : "";
  return [
    {
      ...warningOf("ISM793"),
      detail: `The apply starts the pods of ${names.join(" and ")} in ${where.join(", ")} anew, new ones before old ones end.${why} Requests and streams that go on for longer than their proxies drain (terminationDrainDuration, 5 s by default) are cut.`,
      fix: "Apply when few long requests are open, or one cluster after the other (--cluster) where clients have another one.",
    },
  ];
}

function restartingFields({ action, id: { kind, namespace, name }, fields }: PlannedObject): readonly string[] {
  if (action !== "update" || namespace !== istioNamespace) {
    return [];
  }
  const paths = fields.map(({ path }) => path);
  if (kind === "Deployment" && gateways.has(name)) {
    return paths.filter((path) => path.startsWith("spec.template"));
  }
  return kind === "IstioOperator" ? paths.filter((path) => path.includes("podAnnotations")) : [];
}

function nameOf({ id: { kind, name } }: PlannedObject): string {
  return kind === "Deployment" ? name : ingressGateway;
}
