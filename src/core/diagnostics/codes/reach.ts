import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM675 and ISM676: gateways that other clusters reach at other addresses than their Service has. */
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
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
