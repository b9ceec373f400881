import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Service } from "../model/mesh.ts";
import { findService } from "../manifests/check-service.ts";
import { fieldsAt, textsOf } from "../manifests/pod-template.ts";
import { usesGatewayApi, versionServiceName } from "../routing/version-service.ts";

/**
 * A Service for each version of a service whose routes are of the Gateway API,
 * in every cluster: a proxy knows the Services of its own cluster only, and finds
 * the endpoints of all clusters by their name. Selector and port are those of the
 * Service among the manifests, with the version's labels, and so is what it says
 * of its endpoints.
 */
export function renderVersionServices(service: Service, manifests: readonly KubeObject[]): KubeObject[] {
  const object = usesGatewayApi(service) ? findService({ service, manifests }) : undefined;
  const spec = object === undefined ? undefined : fieldsAt(object, ["spec"]);
  if (spec === undefined) {
    return [];
  }
  const kept = keptFields.flatMap((field) => (spec[field] === undefined ? [] : [[field, spec[field]] as const]));
  const annotations = Object.entries(object?.metadata.annotations ?? {}).filter(([name]) =>
    name.startsWith("networking.istio.io/"),
  );
  const selector = textsOf(fieldsAt(spec, ["selector"]));
  const ports = (Array.isArray(spec["ports"]) ? spec["ports"] : []) as readonly ServicePort[];
  const port = ports.find((one) => one.port === service.port && (one.protocol ?? "TCP") === "TCP");
  const { nodePort: _own, ...shared } = port ?? { port: service.port };
  return service.versions.map(({ name, labels }) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: versionServiceName(service, name),
      namespace: service.namespace,
      ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
    },
    spec: { ...Object.fromEntries(kept), selector: { ...selector, ...labels }, ports: [shared as Json] },
  }));
}

/** What decides about the endpoints that proxies get, beside the selector. */
const keptFields = ["trafficDistribution", "publishNotReadyAddresses", "ipFamilies", "ipFamilyPolicy"] as const;

interface ServicePort {
  readonly port?: number;
  readonly protocol?: string;
  readonly nodePort?: number;
}
