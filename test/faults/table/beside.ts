import type { ClusterName, Fault } from "../fault.ts";
import { cause, drop, kubectl, on, patch, put } from "../fault.ts";

const exportTo = "networking.istio.io/exportTo";

const gateways = "gateways.networking.istio.io";

/** Deletes a Gateway of the mesh and makes it again as it was, so that it is younger than what was there meanwhile. */
async function makeYounger(cluster: ClusterName, namespace: string, name: string): Promise<void> {
  const text = await kubectl(cluster, ["-n", namespace, "get", `${gateways}/${name}`, "-o", "json"]);
  const { apiVersion, kind, metadata, spec } = JSON.parse(text) as {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly labels: object };
    readonly spec: object;
  };
  await drop(cluster, namespace, `${gateways}/${name}`);
  await put(cluster, { apiVersion, kind, metadata: { name, namespace, labels: metadata.labels }, spec });
}

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
  {
    what: "somebody's Gateway that opens port 80 of the ingress with TCP is older than those of the mesh in west",
    inject: async () => {
      await put("west", {
        apiVersion: "networking.istio.io/v1",
        kind: "Gateway",
        // Of the same second the first by name counts as the oldest.
        metadata: { name: "a-raw-port", namespace: "default" },
        spec: {
          selector: { istio: "ingressgateway" },
          servers: [{ port: { number: 80, name: "tcp", protocol: "TCP" }, hosts: ["*"] }],
        },
      });
      await makeYounger("west", "sample", "helloworld-gateway");
      await makeYounger("west", "shop", "shop-gateway");
    },
    causes: [cause("west", "ISM563")],
    says: "Gateway default/a-raw-port of west opens port 80",
    folds: ["ISM475"],
    undo: async () => drop("west", "default", `${gateways}/a-raw-port`),
  },
];
