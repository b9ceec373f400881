import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { warningOf } from "../diagnostics/coded.ts";
import { eastWestOperator } from "../render/istio-operator.ts";
import { statsAnnotation } from "../render/latency-stats.ts";
import { eastWestGateway, ingressGateway, istioNamespace } from "../render/names.ts";
import { restartingOperatorFields } from "./operator-restarts.ts";
import type { ClusterPlan, PlannedObject } from "./plan.ts";

/** A change that starts pods of gateways anew. */
interface Restart {
  readonly gateways: readonly string[];
  readonly paths: readonly string[];
  /** False where something in the cluster makes the Deployment, and may make the same one. */
  readonly certain: boolean;
}

/**
 * A warning where an apply starts pods of gateways anew, which ends what they
 * carry: a Deployment does so when its template changes; with `install:
 * operator` and `rancher` what they are asked for gateways changes it. Nothing
 * where the gateway is not there yet.
 */
export function warnOfGatewayRestarts(clusters: readonly ClusterPlan[]): readonly Diagnostic[] {
  const found = clusters.flatMap((one) =>
    one.kind === "planned"
      ? one.objects.flatMap((object) => restartsBy(object).map((restart) => ({ cluster: one.cluster, ...restart })))
      : [],
  );
  if (found.length === 0) {
    return [];
  }
  const names = [...new Set(found.flatMap(({ gateways }) => gateways))];
  const where = [...new Set(found.map(({ cluster }) => cluster))];
  const forTimes = found.every(({ paths }) => paths.every((path) => path.includes(statsAnnotation)));
  const starts = forTimes || found.some(({ certain }) => certain) ? "starts" : "may start";
  const why = forTimes ? " They come to write down how long answers of each version take, for shift --max-p99." : "";
  return [
    {
      ...warningOf("ISM793"),
      detail: `The apply ${starts} the pods of ${names.join(" and ")} in ${where.join(", ")} anew, new ones before old ones end.${why} Requests and streams that go on for longer than their proxies drain (terminationDrainDuration, 5 s by default) are cut.${names.includes(eastWestGateway) ? passedThrough : ""}`,
      fix: restartWithoutLoss(where),
    },
  ];
}

/**
 * Measured in test/soak/hundred-thousand.test.ts: one or two of a thousand
 * requests at each restart, and none where the cluster was drained before.
 */
const passedThrough =
  " So are requests of other clusters that are on their way when the old pod ends: an east-west gateway passes connections through, and cannot ask callers to leave them.";

function restartWithoutLoss(where: readonly string[]): string {
  const [first = "", ...others] = where;
  const then = others.length === 0 ? "" : `; then the same with ${others.join(", then with ")}`;
  return `To lose nothing, drain each of these clusters before: isthmus drain ${first} && isthmus apply --cluster ${first} && isthmus undrain ${first}${then}. Without that, apply when few long requests are open.`;
}

function restartsBy(object: PlannedObject): readonly Restart[] {
  const {
    action,
    id: { kind, namespace, name },
    fields,
  } = object;
  if (action !== "update" || namespace !== istioNamespace) {
    return [];
  }
  if (kind === "Deployment" && (name === ingressGateway || name === eastWestGateway)) {
    const paths = fields.map(({ path }) => path).filter((path) => path.startsWith("spec.template"));
    return paths.length === 0 ? [] : [{ gateways: [name], paths, certain: true }];
  }
  const paths = restartingOperatorFields(object);
  return paths.length === 0 ? [] : [{ gateways: gatewaysOf(object, paths), paths, certain: false }];
}

/** Rancher's chart makes both gateways, and gives both the values of `istio-ingressgateway`; of the IstioOperators each makes one. */
function gatewaysOf({ id: { kind, name } }: PlannedObject, paths: readonly string[]): readonly string[] {
  const egress = paths.filter((path) => path.startsWith("spec.components.egressGateways"));
  const others =
    kind === "App" ? [ingressGateway, eastWestGateway] : [name === eastWestOperator ? eastWestGateway : ingressGateway];
  return [...(egress.length === paths.length ? [] : others), ...(egress.length === 0 ? [] : ["istio-egressgateway"])];
}
