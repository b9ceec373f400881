import { releaseOf } from "../../releases/istio-releases.ts";
import { meshGateway } from "../../render/names.ts";
import { frontGatewayOf } from "../../routing/hosts.ts";
import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { describePath } from "../path.ts";
import type { PlacedRoute, RouteDraft } from "../walk-draft.ts";
import { gatewaysOf, routesOf } from "../walk-draft.ts";

/** What an HTTPRoute cannot have, and what isthmus does not write into one (docs/adr/0044). */
export function checkGatewayApi(draft: MeshDraft): readonly Finding[] {
  const release = releaseOf(draft.spec?.istio?.version ?? "");
  return routesOf(draft)
    .filter(isByGatewayApi)
    .flatMap((route) => [
      ...refusalsOf(route).map((refusal) => refusedBeside(route, refusal)),
      ...(release === undefined || release.gatewayApi !== undefined
        ? []
        : [
            {
              code: "ISM547" as const,
              path: [...route.path, "api"],
              at: "key" as const,
              detail: `Routes of the Gateway API were never tried with Istio ${release.minor}, and a proof has to know what its proxies call them.`,
              fix: "Leave api out, or use Istio 1.31 or newer.",
            },
          ]),
    ]);
}

/** Whether the route asks for an HTTPRoute. */
export function isByGatewayApi({ value }: Pick<PlacedRoute, "value">): boolean {
  return value.api === "gatewayAPI";
}

/** The finding of what cannot be beside the route's api (ISM794). */
export function refusedBeside({ value }: PlacedRoute, { at, why, fix }: Refusal): Finding {
  return {
    code: "ISM794",
    path: at,
    at: "key",
    detail: `${describePath(at)} cannot be beside api: gatewayAPI of route ${value.name ?? ""}: ${why}.`,
    fix,
  };
}

/** What cannot be there, and why. */
export interface Refusal {
  /** The field that cannot be there, or the nearest one. */
  readonly at: Path;
  /** What follows a colon. */
  readonly why: string;
  readonly fix: string;
}

function refusalsOf(route: PlacedRoute): readonly Refusal[] {
  return [...settingsOf(route), ...matchesOf(route), ...placesOf(route), ...serviceOf(route)];
}

/** Fields of a route, each with the reason. */
const unwritten: readonly (readonly [keyof RouteDraft, string])[] = [
  ["fault", "the Gateway API has no faults"],
  [
    "retries",
    "an HTTPRoute of the standard channel has no retries; proxies keep Istio's own, two for what did not reach an application",
  ],
  ["mirror", "isthmus does not write mirrors into an HTTPRoute"],
  ["redirect", "isthmus does not write redirects into an HTTPRoute"],
  ["rewrite", "isthmus does not write rewrites into an HTTPRoute"],
  ["corsPolicy", "isthmus does not write CORS into an HTTPRoute"],
  ["tls", "isthmus makes listeners without TLS in a Gateway of the Gateway API"],
  ["dns", "isthmus publishes the hosts of VirtualServices only"],
];

function settingsOf({ value, path }: PlacedRoute): readonly Refusal[] {
  return unwritten
    .filter(([field]) => field in value)
    .map(([field, why]) => ({ at: [...path, field], why, fix: `Delete ${field}, or leave api out.` }));
}

function matchesOf({ value: { match = {} }, path }: PlacedRoute): readonly Refusal[] {
  const { prefix } = match;
  const written = prefix === undefined ? "" : prefix.replace(/\/+$/, "");
  return [
    ...(prefix === undefined || prefix === "/"
      ? []
      : [
          {
            at: [...path, "match", "prefix"],
            why: `a prefix of the Gateway API ends at a slash, so that it would take ${written}/you and not ${written}you, which this one takes too`,
            fix: `Write regex: ${written}(/.*)? for what is below ${written}, or regex: ${written}.* for what begins so.`,
          },
        ]),
    ...("fromRegions" in match
      ? [
          {
            at: [...path, "match", "fromRegions"],
            why: "an HTTPRoute is the same in every cluster",
            fix: "Delete fromRegions, or leave api out.",
          },
        ]
      : []),
  ];
}

function placesOf({ value, path }: PlacedRoute): readonly Refusal[] {
  const gateways = gatewaysOf(value);
  const inside = gateways.includes(meshGateway);
  return inside
    ? [
        {
          at: [...path, "gateways" in value ? "gateways" : "gateway"],
          why: `isthmus writes HTTPRoutes for ingress gateways alone${frontGatewayOf({ gateways }) === undefined ? "" : ", and this one is for callers inside the mesh too"}`,
          fix: "Name a Gateway, or leave api out.",
        },
      ]
    : [];
}

/** A Service's name is a label of DNS. */
const serviceName = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

function serviceOf({ service, path }: PlacedRoute): readonly Refusal[] {
  const ofService = path.slice(0, -2);
  const { name } = service;
  const long = Object.keys(service.versions ?? {}).filter(
    (version) => name !== undefined && !serviceName.test(`${name}-${version}`),
  );
  return [
    ...(service.manifests === undefined && !("manifests" in service)
      ? [
          {
            at: ofService,
            why: "the Services of its versions get selector and port of its own Service, and the service has no manifests with one",
            fix: "Name manifests that have the Service, or leave api out.",
          },
        ]
      : []),
    ...(["failover", "sessions"] as const)
      .filter((field) => field in service)
      .map((field) => ({
        at: [...ofService, field],
        why:
          field === "failover"
            ? "the retries that carry a request over have no field in an HTTPRoute"
            : "the object that keeps persons with a version finds rules of VirtualServices only",
        fix: `Delete ${field}, or leave api out.`,
      })),
    ...long.map((version) => ({
      at: [...ofService, "versions", version],
      why: `the version would have a Service ${name}-${version}, and that is no name of one (lower case letters, digits and -, at most 63)`,
      fix: "Give the version another name, or leave api out.",
    })),
  ];
}
