import type { Cluster, EastWestReach, SeenEndpoint } from "../model/mesh.ts";
import { crossNetworkPort, eastWestGateway, istioNamespace } from "../render/names.ts";
import { present } from "./present.ts";
import type { RawMesh } from "./schema/mesh.ts";

type RawCluster = RawMesh["spec"]["clusters"][number];

/** A cluster with every default filled in. */
export function fillCluster(raw: RawCluster): Cluster {
  return present({
    name: raw.name,
    network: raw.network ?? raw.name,
    region: raw.region,
    zone: raw.zone,
    access:
      raw.rancherId === undefined
        ? present({
            kind: "context" as const,
            context: raw.context ?? "",
            kubeconfig: raw.kubeconfig,
          })
        : { kind: "rancher" as const, rancherId: raw.rancherId },
    endpoint: raw.endpoint,
    endpointSeenFrom: fillSeen(raw.endpointSeenFrom),
    eastWest: fillEastWest(raw.eastWest),
  });
}

function fillSeen(raw: RawCluster["endpointSeenFrom"]): Readonly<Record<string, SeenEndpoint>> | undefined {
  const entries = Object.entries(raw ?? {});
  return entries.length === 0
    ? undefined
    : Object.fromEntries(
        entries.map(([name, { server, tlsServerName }]) => [name, present({ server, tlsServerName })]),
      );
}

function fillEastWest(raw: RawCluster["eastWest"]): EastWestReach | undefined {
  const { addresses, port = crossNetworkPort, seenFrom = {} } = raw ?? {};
  const isUsual = raw?.service?.namespace === istioNamespace && raw.service.name === eastWestGateway;
  const service = isUsual ? undefined : raw?.service;
  return addresses === undefined && service === undefined && Object.keys(seenFrom).length === 0
    ? undefined
    : present({
        everywhere: addresses === undefined ? undefined : { addresses, port },
        service,
        seenFrom: Object.fromEntries(
          Object.entries(seenFrom).map(([name, one]) => [name, { addresses: one.addresses, port: one.port ?? port }]),
        ),
      });
}
