import type { Fault } from "../fault.ts";
import { cause, drop, kubectl, on, patch, put } from "../fault.ts";

const exportTo = "networking.istio.io/exportTo";

/** What somebody has put beside the mesh's own fields and objects, where no apply takes it away. */
export const besideFaults: readonly Fault[] = [
  {
    what: "an annotation exports the Service of the shop to its own namespace alone in west",
    inject: async () => on("west", "shop", `annotate service web ${exportTo}=.`),
    causes: [cause("west", "ISM538")],
    undo: async () => on("west", "shop", `annotate service web ${exportTo}-`),
  },
  {
    what: "the DestinationRule of the shop is exported to its own namespace alone in east",
    inject: async () =>
      patch("east", "shop", "destinationrule/web", [{ op: "add", path: "/spec/exportTo", value: ["."] }]),
    causes: [cause("east", "ISM538")],
    undo: async () =>
      void (await kubectl("east", [
        "-n",
        "shop",
        "patch",
        "destinationrule/web",
        "--type=merge",
        "-p",
        JSON.stringify({ spec: { exportTo: null } }),
      ])),
  },
  {
    what: "a RequestAuthentication has keys that the sidecars of the shop refuse in west",
    inject: async () =>
      put("west", {
        apiVersion: "security.istio.io/v1",
        kind: "RequestAuthentication",
        metadata: { name: "by-hand", namespace: "shop" },
        spec: { jwtRules: [{ issuer: "https://issuer.mesh.example", jwks: '{"keys":[]}' }] },
      }),
    causes: [cause("west", "ISM466")],
    says: "RequestAuthentication shop/by-hand",
    undo: async () => drop("west", "shop", "requestauthentications.security.istio.io/by-hand"),
  },
  {
    what: "a Sidecar names another port than that of v2 of the shop",
    inject: async () =>
      put("east", {
        apiVersion: "networking.istio.io/v1",
        kind: "Sidecar",
        metadata: { name: "by-hand", namespace: "shop" },
        spec: {
          workloadSelector: { labels: { version: "v2" } },
          ingress: [{ port: { number: 9999, protocol: "HTTP", name: "http" }, defaultEndpoint: "127.0.0.1:9999" }],
        },
      }),
    causes: [cause("east", "ISM539")],
    undo: async () => drop("east", "shop", "sidecars.networking.istio.io/by-hand"),
  },
];
