import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM675, ISM676, ISM756, ISM772, ISM773 and ISM778: gateways that other clusters reach at other addresses than their Service has. */
export const reachCodes = {
  ISM675: {
    summary: "eastWest of a cluster reaches nobody, or not everybody",
    explanation:
      "`eastWest` says at which addresses clusters of other networks reach a gateway that stands behind NAT. It takes the place of what the gateway's Service says, for all of them at once, since istiods use the addresses of both otherwise. So each cluster of another network needs an address, and clusters of the same network need none.",
  },
  ISM676: {
    summary: "The gateways of a network are said twice",
    explanation:
      "`eastWest` of a cluster is written to `global.meshNetworks` of Istio's configuration in every cluster of another network. Values of the mesh file are merged last, so an entry for the same network there would silently take its place.",
  },
  ISM772: {
    summary: "Nobody shares a network that is declared as shared",
    explanation:
      "`sharedNetworks` names networks in which pods of several clusters reach each other without a gateway. One with a single cluster is a network like any other: mostly the clusters that were to share it have other names of networks, and their requests go by gateways.",
  },
  ISM773: {
    summary: "Nobody reads where the gateway is",
    explanation:
      "`eastWest` says where clusters of other networks reach the gateway of a cluster. In a mesh of one cluster there are none.",
  },
  ISM756: {
    summary: "That the operator takes a label off was never seen",
    explanation:
      "Where the mesh file says at which addresses a gateway is reached (`eastWest.addresses`, `seenFrom`), the gateway's Service must not carry the network's label. With `install: operator` Istio's in-cluster operator makes that Service from an IstioOperator, whose overlay takes the label off. The operator ended with Istio 1.24, and no release of it was run with this overlay.",
  },
  ISM778: {
    summary: "A dead gateway of several would hold requests",
    explanation:
      "Proxies of other networks spread requests over all gateways by which a service is reached: several addresses that `eastWest` of a cluster names, or the gateways of several clusters of a shared network that the service runs in. One that is gone, or that swallows packets, stays among them: Envoy's defaults wait 10 s for each connection and leave no endpoint out. `failover` of a service sets a connectTimeout of a second and outlier detection, which end it.",
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
