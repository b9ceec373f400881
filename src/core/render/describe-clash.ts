import { writeJson } from "../model/exact-json.ts";
import type { Diagnostic, SourceRange } from "../diagnostics/diagnostic.ts";
import { manifestCodes } from "../diagnostics/codes/manifests.ts";
import type { KubeObject, ObjectId } from "../model/kube-object.ts";
import { describeId, groupOf, idOf } from "../model/kube-object.ts";
import type { Mesh, Route, Service } from "../model/mesh.ts";
import type { Path } from "../mesh-file/path.ts";
import { describePath } from "../mesh-file/path.ts";
import { frontGatewayOf } from "../routing/hosts.ts";
import { usesGatewayApi, versionServiceName } from "../routing/version-service.ts";
import { routeNamespace } from "./front-gateway.ts";
import type { Materials } from "./materials.ts";
import type { FieldConflict } from "./merge-namespace.ts";
import { gatewayApiVersion, istioNamespace } from "./names.ts";
import { serviceNamespaces } from "./service-namespaces.ts";

/** One of two objects of one identity. */
export interface Maker {
  readonly object: KubeObject;
  /** The object of a service's manifests that it was made from; absent for what isthmus or Istio makes. */
  readonly source?: KubeObject;
}

/** Two objects of one identity that are not the same. */
export interface Clash {
  readonly first: Maker;
  readonly second: Maker;
  /** Only for a Namespace, which is merged as far as it goes. */
  readonly conflicts?: readonly FieldConflict[];
}

/** The error that names the places of both objects, and what to do about it. */
export function describeClash(found: Clash, mesh: Mesh, materials: Materials): Diagnostic {
  const clash = manifestLast(found);
  const id = idOf(clash.first.object);
  const first = makerOf(clash.first, id, { mesh, materials, number: 0 });
  const second = makerOf(clash.second, id, {
    mesh,
    materials,
    number: clash.second.source === undefined && clash.first.source === undefined ? 1 : 0,
  });
  const range = second.range ?? first.range;
  const fields = (clash.conflicts ?? []).map(
    ({ field, ours, theirs }) => `${field} is ${writeJson(ours)} there and ${writeJson(theirs)} here`,
  );
  const code = fields.length === 0 ? "ISM225" : "ISM226";
  return {
    code,
    severity: "error",
    summary: manifestCodes[code].summary,
    detail:
      fields.length === 0
        ? `${describeId(id)} is made twice, with different content: ${first.text}, and ${second.text}. A cluster keeps one object of that name, so one of the two would replace the other.`
        : `${describeId(id)} is made ${first.text}, and ${second.text}. Both are merged, and they contradict each other: ${fields.join("; ")}.`,
    fix: fixFor(first, second, fields.length > 0),
    ...(range === undefined ? {} : { range }),
    object: id,
  };
}

/** People look first for what they wrote themselves. */
function manifestLast(clash: Clash): Clash {
  const { first, second, conflicts } = clash;
  return conflicts === undefined && first.source !== undefined && second.source === undefined
    ? { first: second, second: first }
    : clash;
}

interface DescribedMaker {
  readonly kind: "manifest" | "mesh" | "istio";
  /** Where it is from, as the end of "is made …". */
  readonly text: string;
  readonly place: string;
  readonly range?: SourceRange;
}

function makerOf(
  { object, source }: Maker,
  id: ObjectId,
  { mesh, materials, number }: { readonly mesh: Mesh; readonly materials: Materials; readonly number: number },
): DescribedMaker {
  if (source !== undefined) {
    const range = materials.places?.manifest(source);
    const place = placeOfManifest(source, materials);
    return { kind: "manifest", text: `by ${place}`, place, ...(range === undefined ? {} : { range }) };
  }
  const isIstios = Object.values(materials.istioManifests).some((objects) =>
    objects.some((one) => one === object || describeId(idOf(one)) === describeId(id)),
  );
  const asked = findInMesh(mesh, id)[number] ?? findInMesh(mesh, id)[0];
  if (asked === undefined) {
    return isIstios
      ? { kind: "istio", text: "by Istio's own manifests", place: "Istio's manifests" }
      : { kind: "mesh", text: "by isthmus for the mesh", place: "the mesh file" };
  }
  const range = materials.places?.mesh(asked.path);
  const place = range === undefined ? `${describePath(asked.path)} of the mesh file` : describeRange(range);
  return { kind: "mesh", text: `for ${asked.what} (${place})`, place, ...(range === undefined ? {} : { range }) };
}

/** Where an object of a service's manifests is written, `orders.yaml:6:1`. */
export function placeOfManifest(source: KubeObject, materials: Materials): string {
  const range = materials.places?.manifest(source);
  return range === undefined ? "a service's manifests" : describeRange(range);
}

function describeRange(range: SourceRange): string {
  return `${range.file}:${range.start.line}:${range.start.column}`;
}

function fixFor(first: DescribedMaker, second: DescribedMaker, merged: boolean): string {
  const manifest = [second, first].find((one) => one.kind === "manifest");
  const other = manifest === second ? first : second;
  if (manifest === undefined) {
    return "Give one of the two another name in the mesh file.";
  }
  if (other.kind === "manifest") {
    return merged ? "Give the field the same value in both, or take it out of one." : "Delete one of the two.";
  }
  const thing = merged ? "the field" : "the object";
  return other.kind === "istio"
    ? `Take ${thing} out of ${manifest.place}; Istio's own objects are changed by spec.istio.values.`
    : `Take ${thing} out of ${manifest.place}, or what asks for it out of the mesh file.`;
}

interface Asked {
  readonly path: Path;
  readonly what: string;
}

/** What in the mesh file an object is rendered for; empty for what belongs to the mesh as a whole. */
function findInMesh(mesh: Mesh, id: ObjectId): readonly Asked[] {
  const { namespace, name } = id;
  const routes = mesh.services.flatMap((service, index) =>
    service.routes.map((route, number) => ({
      service,
      route,
      path: ["spec", "services", index, "routes", number] as Path,
    })),
  );
  const routesWhere = (matches: (route: Route, service: Service) => boolean): readonly Asked[] =>
    routes
      .filter(({ route, service }) => matches(route, service))
      .map(({ route, service, path }) => ({ path, what: `route ${route.name} of service ${service.name}` }));
  switch (id.kind) {
    case "VirtualService":
    case "HTTPRoute":
      return routesWhere((route, service) => route.name === name && routeNamespace(service, route) === namespace);
    case "Service":
      return servicesWhere(mesh, (service) => isServiceOfVersion(service, id));
    case "Gateway":
      return routesWhere((route, one) => isGatewayOf(one, route, id));
    case "Certificate":
      return routesWhere(({ tls }) => tls !== undefined && (tls.certificate ?? tls.secretName) === name);
    case "DestinationRule":
      return servicesWhere(mesh, (service) => service.name === name && service.namespace === namespace);
    case "ClusterIssuer":
      return mesh.issuers.flatMap((issuer, index) =>
        issuer.name === name ? [{ path: ["spec", "issuers", index], what: `issuer ${name}` }] : [],
      );
    case "Namespace":
      return serviceNamespaces(mesh).includes(name)
        ? mesh.services.flatMap((service, index) =>
            service.namespace === name
              ? [{ path: ["spec", "services", index, "namespace"], what: `the namespace of service ${service.name}` }]
              : [],
          )
        : [];
    case "LimitRange":
      return [{ path: ["spec", "istio", "containerDefaults"], what: "the container defaults of Istio's namespace" }];
    case "NetworkPolicy":
      return [{ path: ["spec", "hardening", "networkPolicies"], what: "the mesh's network policies" }];
    default:
      return [];
  }
}

/** The services for whose versions the object is, each once. */
function servicesWhere({ services }: Mesh, matches: (service: Service) => boolean): readonly Asked[] {
  return services.flatMap((service, index) =>
    matches(service) ? [{ path: ["spec", "services", index], what: `the versions of service ${service.name}` }] : [],
  );
}

/** Gateways of the two APIs have one kind, and are two objects. */
function isGatewayOf(service: Service, route: Route, { group, namespace, name }: ObjectId): boolean {
  const ofGatewayApi = usesGatewayApi(service);
  return (
    frontGatewayOf(route) === name &&
    (group === groupOf(gatewayApiVersion)) === ofGatewayApi &&
    namespace === (ofGatewayApi ? istioNamespace : routeNamespace(service, route))
  );
}

function isServiceOfVersion(service: Service, { namespace, name }: ObjectId): boolean {
  return (
    service.namespace === namespace &&
    usesGatewayApi(service) &&
    service.versions.some((version) => versionServiceName(service, version.name) === name)
  );
}
