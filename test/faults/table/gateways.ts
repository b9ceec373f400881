import type { ClusterName, Fault } from "../fault.ts";
import { cause, drop, indexOfPort, kubectl, on, patch, put } from "../fault.ts";

const istio = "istio-system";
const eastWest = "istio-eastwestgateway";
const ingress = "istio-ingressgateway";

async function scale(cluster: ClusterName, name: string, replicas: number): Promise<void> {
  await on(cluster, istio, `scale deployment ${name} --replicas=${replicas}`);
}

interface Service {
  readonly metadata: { readonly labels: object };
  readonly spec: { readonly ports: readonly { readonly nodePort?: number }[]; readonly selector: object };
}

/** East's east-west gateway behind a load balancer of another class, which announces names as those of AWS do; the sandbox's own leaves it alone. */
async function announceName(hostname: string): Promise<void> {
  const before = JSON.parse(
    await kubectl("east", ["-n", istio, "get", `service/${eastWest}`, "-o", "json"]),
  ) as Service;
  await drop("east", istio, `service/${eastWest}`);
  await put("east", {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: eastWest, namespace: istio, labels: before.metadata.labels },
    spec: {
      type: "LoadBalancer",
      loadBalancerClass: "load-balancers.mesh.example/named",
      selector: before.spec.selector,
      ports: before.spec.ports.map(({ nodePort: _assigned, ...port }) => port),
    },
  });
  const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ hostname }] } } });
  await kubectl("east", [
    "-n",
    istio,
    "patch",
    `service/${eastWest}`,
    "--subresource=status",
    "--type=merge",
    "-p",
    status,
  ]);
}

/** A Deployment of pods that are no gateway and carry what a gateway's Service selects, found by labels of its own. */
async function stranger(cluster: ClusterName, gateway: string, own: Readonly<Record<string, string>>): Promise<void> {
  const selector = JSON.parse(
    await kubectl(cluster, ["-n", istio, "get", `service/istio-${gateway}`, "-o", "jsonpath={.spec.selector}"]),
  ) as Readonly<Record<string, string>>;
  const labels = { ...selector, ...own };
  await put(cluster, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "tool", namespace: istio },
    spec: {
      selector: { matchLabels: own },
      template: {
        metadata: { labels, annotations: { "sidecar.istio.io/inject": "false" } },
        spec: {
          containers: [
            { name: "tool", image: "docker.io/istio/examples-helloworld:1.0", imagePullPolicy: "IfNotPresent" },
          ],
        },
      },
    },
  });
  await on(cluster, istio, "rollout status deployment/tool --timeout=80s");
}

/** Istio's own validation lets it pass: the kind of object behind most refusals. */
const unreadableFilter = {
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "EnvoyFilter",
  metadata: { name: "unreadable", namespace: istio },
  spec: {
    workloadSelector: { labels: { istio: "ingressgateway" } },
    configPatches: [
      {
        applyTo: "HTTP_ROUTE",
        match: { context: "GATEWAY" },
        patch: {
          operation: "MERGE",
          value: {
            route: {
              hash_policy: [
                { header: { header_name: "x-user", regex_rewrite: { pattern: { regex: "(" }, substitution: "" } } },
              ],
            },
          },
        },
      },
    ],
  },
};

export const gatewayFaults: readonly Fault[] = [
  {
    what: "the east-west gateway of east is scaled to 0",
    inject: async () => scale("east", eastWest, 0),
    causes: [cause("east", "ISM424")],
    undo: async () => scale("east", eastWest, 1),
  },
  {
    what: "the ingress gateway of west is scaled to 0",
    inject: async () => scale("west", ingress, 0),
    causes: [cause("west", "ISM424")],
    undo: async () => scale("west", ingress, 1),
  },
  {
    what: "the Service of the east-west gateway is deleted in east",
    inject: async () => drop("east", istio, `service/${eastWest}`),
    causes: [cause("east", "ISM425", "ISM455")],
  },
  {
    what: "the Service of the ingress gateway is deleted in west",
    inject: async () => drop("west", istio, `service/${ingress}`),
    causes: [cause("west", "ISM425", "ISM454", "ISM455")],
  },
  {
    what: "the Service of the east-west gateway becomes a ClusterIP in west",
    inject: async () =>
      patch("west", istio, `service/${eastWest}`, [{ op: "replace", path: "/spec/type", value: "ClusterIP" }]),
    causes: [cause("west", "ISM425", "ISM454", "ISM455")],
  },
  {
    what: "the east-west gateway of east announces a name that does not resolve",
    inject: async () => announceName("eastwest.mesh.invalid"),
    // Nothing is told beside it: what the ingress of west lacks behind that gateway follows from it.
    causes: [cause("west", "ISM438")],
    // An apply waits for endpoints behind this gateway.
    undo: async () => drop("east", istio, `service/${eastWest}`),
  },
  {
    what: "the ingress Service of east selects no pod",
    inject: async () =>
      patch("east", istio, `service/${ingress}`, [{ op: "add", path: "/spec/selector/team", value: "nobody" }]),
    causes: [cause("east", "ISM454", "ISM474")],
  },
  {
    what: "the east-west Service of west selects no pod",
    inject: async () =>
      patch("west", istio, `service/${eastWest}`, [{ op: "add", path: "/spec/selector/team", value: "nobody" }]),
    causes: [cause("west", "ISM454", "ISM474")],
  },
  {
    what: "port 15443 of east leads to a port at which nothing listens",
    inject: async () => {
      const index = await indexOfPort("east", istio, eastWest, 15443);
      await patch("east", istio, `service/${eastWest}`, [
        { op: "replace", path: `/spec/ports/${index}/targetPort`, value: 15999 },
      ]);
    },
    causes: [cause("east", "ISM454", "ISM427")],
  },
  {
    what: "the cross-network Gateway is deleted in west",
    inject: async () => drop("west", istio, "gateways.networking.istio.io/cross-network-gateway"),
    causes: [cause("west", "ISM426", "ISM455")],
  },
  {
    what: "the cross-network Gateway of east terminates TLS",
    inject: async () =>
      patch("east", istio, "gateways.networking.istio.io/cross-network-gateway", [
        { op: "replace", path: "/spec/servers/0/tls/mode", value: "PASSTHROUGH" },
      ]),
    causes: [cause("east", "ISM426", "ISM454")],
  },
  {
    what: "the Gateway of the shop is deleted in east",
    inject: async () => drop("east", "shop", "gateways.networking.istio.io/shop-gateway"),
    causes: [cause("east", "ISM455")],
    says: "somebody has deleted it",
  },
  {
    what: "the Gateway of the shop opens another port in west",
    inject: async () =>
      patch("west", "shop", "gateways.networking.istio.io/shop-gateway", [
        { op: "replace", path: "/spec/servers/0/port/number", value: 8088 },
      ]),
    causes: [cause("west", "ISM454")],
  },
  {
    what: "the Gateway of the shop serves other hosts in east",
    inject: async () =>
      patch("east", "shop", "gateways.networking.istio.io/shop-gateway", [
        { op: "replace", path: "/spec/servers/0/hosts", value: ["other.mesh.example"] },
      ]),
    causes: [cause("east", "ISM454")],
  },
  {
    what: "a Gateway of somebody else takes port 15443 in east",
    inject: async () =>
      put("east", {
        apiVersion: "networking.istio.io/v1",
        kind: "Gateway",
        metadata: { name: "a-clash", namespace: istio },
        spec: {
          selector: { istio: "eastwestgateway" },
          servers: [
            { port: { number: 15443, name: "tls", protocol: "TLS" }, tls: { mode: "PASSTHROUGH" }, hosts: ["*"] },
          ],
        },
      }),
    causes: [cause("east", "ISM426")],
    undo: async () => drop("east", istio, "gateways.networking.istio.io/a-clash"),
  },
  {
    what: "an EnvoyFilter at the ingress gateway of west has an expression that Envoy cannot read",
    inject: async () => put("west", unreadableFilter),
    causes: [cause("west", "ISM466")],
    undo: async () => drop("west", istio, "envoyfilters.networking.istio.io/unreadable"),
  },
  {
    what: "the network label is missing at namespace istio-system of east",
    inject: async () => on("east", istio, "label namespace istio-system topology.istio.io/network-"),
    causes: [cause("east", "ISM418")],
  },
  {
    what: "the network label of namespace istio-system in west is east's",
    inject: async () =>
      on("west", istio, "label --overwrite namespace istio-system topology.istio.io/network=east-net"),
    causes: [cause("west", "ISM418")],
  },
  {
    what: "the network label is missing at the east-west Service of west",
    inject: async () => on("west", istio, `label service ${eastWest} topology.istio.io/network-`),
    causes: [cause("west", "ISM419")],
  },
  {
    what: "a Deployment of somebody else carries the labels of the ingress gateway in east",
    inject: async () => stranger("east", "ingressgateway", { tool: "yes" }),
    causes: [cause("east", "ISM568")],
    undo: async () => drop("east", istio, "deployment/tool"),
  },
  {
    what: "a Deployment that is selected by the labels of the east-west gateway runs beside it in west",
    inject: async () => {
      const own = JSON.parse(
        await kubectl("west", ["-n", istio, "get", `service/${eastWest}`, "-o", "jsonpath={.spec.selector}"]),
      ) as Readonly<Record<string, string>>;
      await stranger("west", "eastwestgateway", { ...own, tool: "yes" });
    },
    causes: [cause("west", "ISM568")],
    undo: async () => drop("west", istio, "deployment/tool"),
  },
];
