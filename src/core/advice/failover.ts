import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Path } from "../mesh-file/path.ts";
import type { Mesh, OutlierDetection, Service } from "../model/mesh.ts";
import type { Locate } from "./route-order.ts";

/** The largest `minHealthPercent` with which a region that is half ejected is not asked for all requests again. */
const highestMinHealth = 10;

/** What a service's failover cannot do as the mesh file has it: no place to go to, or endpoints that are never given up. */
export function adviseFailover(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  return mesh.services.flatMap((service, index) => {
    const place = (path: Path) => (locate === undefined ? {} : { range: locate(["spec", "services", index, ...path]) });
    return service.failover === undefined
      ? []
      : [
          ...hindrances(service.failover.outlierDetection).map(({ field, ...text }) => ({
            ...warningOf("ISM541"),
            ...text,
            ...place(["failover", "outlierDetection", field]),
          })),
          ...versionsInOnePlace(service).map(({ version, ...text }) => ({
            ...warningOf("ISM542"),
            ...text,
            ...place(["versions", version, "clusters"]),
          })),
        ];
  });
}

interface Hindrance {
  readonly field: keyof OutlierDetection;
  readonly detail: string;
  readonly fix: string;
}

function hindrances(outlier: OutlierDetection): readonly Hindrance[] {
  const { maxEjectionPercent, minHealthPercent, consecutiveLocalOriginFailures = 5 } = outlier;
  return [
    ...(maxEjectionPercent >= 100
      ? []
      : [
          {
            field: "maxEjectionPercent" as const,
            detail: `With maxEjectionPercent: ${maxEjectionPercent} Envoy keeps failed endpoints in use as soon as that share of them is ejected, and one cluster's endpoints may all fail at once. Seen from another network a cluster is a single endpoint, its east-west gateway.`,
            fix: "Write 100, or leave it out.",
          },
        ]),
    ...(minHealthPercent <= highestMinHealth
      ? []
      : [
          {
            field: "minHealthPercent" as const,
            detail: `With minHealthPercent: ${minHealthPercent} Envoy sends requests to ejected endpoints again when less than that share is healthy in every region, although some are.`,
            fix: "Leave it out: ejected endpoints are then tried when no healthy one is left anywhere.",
          },
        ]),
    ...(!outlier.splitExternalLocalOriginErrors || consecutiveLocalOriginFailures === 1
      ? []
      : [
          {
            field: "splitExternalLocalOriginErrors" as const,
            detail: `Failures to reach an endpoint are counted apart, and ${consecutiveLocalOriginFailures} in a row have to come together. An endpoint that hangs goes on accepting connections, each of which begins the count anew, so that it is never ejected.`,
            fix: "Leave splitExternalLocalOriginErrors out, or write consecutiveLocalOriginFailures: 1.",
          },
        ]),
  ];
}

function versionsInOnePlace(
  service: Service,
): readonly { readonly version: string; readonly detail: string; readonly fix: string }[] {
  return service.versions.flatMap(({ name, clusters }) => {
    const [only, another] = clusters;
    return only === undefined || another !== undefined
      ? []
      : [
          {
            version: name,
            detail: `${name} of ${service.namespace}/${service.name} runs in ${only} only. When it fails there its share of the requests fails, since failover goes to the same version in another cluster.`,
            fix: `Name another cluster in its clusters, or leave it so if nothing has to take over for ${name}.`,
          },
        ];
  });
}
