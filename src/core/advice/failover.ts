import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { readDuration } from "../mesh-file/duration.ts";
import type { Path } from "../mesh-file/path.ts";
import type { Mesh, OutlierDetection, Route, Service } from "../model/mesh.ts";
import { failoverRetries } from "../render/failover-policy.ts";
import type { Locate } from "./route-order.ts";

/** The largest `minHealthPercent` with which a region that is half ejected is not asked for all requests again. */
const highestMinHealth = 10;

/** What a service's failover cannot do as the mesh file has it: no place to go to, endpoints that are never given up, or tries that end before. */
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
          ...tooFewTries(service).map(({ at, ...text }) => ({ ...warningOf("ISM541"), ...text, ...place(at) })),
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

/** With so many retries a request gets to its third try, which is the first one that leaves the place. */
const fewestRetries = 2;

/** Where a request that fails or hangs is never tried in another place. No retries at all are somebody's decision. */
function tooFewTries(service: Service): readonly {
  readonly at: Path;
  readonly detail: string;
  readonly fix: string;
}[] {
  const single = (at: Path, who: string) => ({
    at,
    detail: `With attempts: 1 a request of ${who} is tried twice at the most, both times in the same region or cluster: the third try is the first one that goes to the next.`,
    fix: `Write ${fewestRetries} or more, or 0 where nothing is to be tried again.`,
  });
  return [
    ...(service.failover?.retries.attempts !== 1
      ? []
      : [single(["failover", "retries", "attempts"], `${service.namespace}/${service.name}`)]),
    ...service.routes.flatMap((route, index) => [
      ...(route.retries?.attempts !== 1
        ? []
        : [single(["routes", index, "retries", "attempts"], `route ${route.name}`)]),
      ...tooLittleTime(service, route).map((text) => ({ at: ["routes", index, "timeout"], ...text })),
    ]),
  ];
}

/** The words of retryOn by which Envoy tries again what a perTryTimeout has ended; a status such as 504 does not (findings/envoy-tries-that-time-out.sh). */
const retriesTimeouts = /(?:^|,)(?:5xx|gateway-error|reset)(?:,|$)/;

/** Where the time of a route is over before the third try begins: after what ends the two before it and is tried again. */
function tooLittleTime(service: Service, route: Route): readonly { readonly detail: string; readonly fix: string }[] {
  const { attempts = 0, perTryTimeout = "", retryOn = "" } = failoverRetries(service, route) ?? {};
  const whole = readDuration(route.timeout ?? "");
  const connect = service.failover?.connectTimeoutSeconds ?? 0;
  const hangs = retriesTimeouts.test(retryOn);
  const each = Math.max(connect, hangs ? (readDuration(perTryTimeout) ?? 0) : 0);
  if (attempts < fewestRetries || whole === undefined || whole > fewestRetries * each) {
    return [];
  }
  const over = "the time is over before the third try, which is the first one that goes to the next region or cluster.";
  const before = `Route ${route.name} has timeout: ${route.timeout}, and`;
  return hangs && each > connect
    ? [
        {
          detail: `${before} perTryTimeout is ${perTryTimeout}: where an endpoint hangs, ${over}`,
          fix: "Give the route retries with a perTryTimeout of less than half its timeout, or a longer timeout.",
        },
      ]
    : [
        {
          detail: `${before} connectTimeout is ${connect}s: where packets to an endpoint are lost, ${over}`,
          fix: "Give failover a connectTimeout of less than half the route's timeout, or the route a longer timeout.",
        },
      ];
}

function versionsInOnePlace(
  service: Service,
): readonly { readonly version: string; readonly detail: string; readonly fix: string }[] {
  return service.versions.flatMap(({ name, clusters }) => {
    if (!service.exported) {
      return [
        {
          version: name,
          detail: `${service.namespace}/${service.name} stays in its cluster (export: false): when ${name} fails in a cluster, nothing of another one takes over there.`,
          fix: "Leave export out, or leave it so where failover between nodes of one cluster is all that is wanted.",
        },
      ];
    }
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
