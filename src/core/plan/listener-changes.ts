import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { warningOf } from "../diagnostics/coded.ts";
import { writeJson } from "../model/exact-json.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import type { ClusterPlan, PlannedObject } from "./plan.ts";

const group = "networking.istio.io";

/**
 * A warning where an apply changes what ingress gateways do with TLS
 * connections themselves: the hosts or the certificate of a server of a Gateway, or
 * where connections of a name go. Envoy makes the filter chain anew, and ends
 * the old one's connections with its drain time, requests on them as well.
 * Chains beside it keep theirs, and so do plain ports, whose hosts are in
 * routes, as weights of requests are. Nothing for what is new.
 */
export function warnOfListenerChanges(clusters: readonly ClusterPlan[]): readonly Diagnostic[] {
  const found = clusters.flatMap((one) =>
    one.kind === "planned"
      ? one.objects.flatMap((object) => hostsCut(object)).map((host) => [one.cluster, host] as const)
      : [],
  );
  if (found.length === 0) {
    return [];
  }
  const hosts = [...new Set(found.map(([, host]) => host))];
  const where = [...new Set(found.map(([cluster]) => cluster))];
  return [
    {
      ...warningOf("ISM862"),
      detail: `The apply changes how ingress gateways of ${where.join(", ")} take TLS connections for ${hosts.join(", ")}. New ones go by it at once; those that are open are ended when proxies have drained (drainDuration, 45 s by default), with requests and streams that go on for longer.`,
      fix: "Apply when few long requests are open, or one cluster after the other (--cluster) where clients have another one.",
    },
  ];
}

interface Server {
  readonly tls?: Json;
  readonly hosts?: readonly string[];
}

/** The hosts of which connections that are there now are ended. */
function hostsCut({ action, id, live, object }: PlannedObject): readonly string[] {
  if (action !== "update" || id.group !== group || live === undefined) {
    return [];
  }
  if (id.kind === "Gateway") {
    const kept = new Set(serversOf(object).map((server) => writeJson(server as Json)));
    return serversOf(live)
      .filter((server) => server.tls !== undefined && !kept.has(writeJson(server as Json)))
      .flatMap(({ hosts = [] }) => hosts);
  }
  const [before, after] = [specOf(live).tls, specOf(object).tls];
  return id.kind !== "VirtualService" || before === undefined || writeJson(before) === writeJson(after ?? null)
    ? []
    : (specOf(live).hosts ?? []);
}

function serversOf(gateway: KubeObject): readonly Server[] {
  return specOf(gateway).servers ?? [];
}

function specOf(object: KubeObject): {
  readonly servers?: readonly Server[];
  readonly tls?: Json;
  readonly hosts?: readonly string[];
} {
  return (object["spec"] ?? {}) as ReturnType<typeof specOf>;
}
