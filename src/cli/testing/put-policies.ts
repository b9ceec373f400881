import type { Json, KubeObject } from "../../core/model/kube-object.ts";
import type { FakeApiServer } from "../../kube/fake/fake-api-server.ts";
import type { FakeClusters } from "./fake-clusters.ts";

/**
 * Two networks: in both a caller with a sidecar and one without, and a Service
 * behind an east-west gateway; in east nobody but that gateway may reach the Service.
 */
export function putPolicyWorld({ servers }: FakeClusters): void {
  for (const [index, name] of ["west", "east"].entries()) {
    for (const object of [...podsOf(name, index + 1), ...servicesOf(index + 1)]) {
      servers[name]?.put(object);
    }
  }
  putPolicy(servers["east"], ["sample", "only-the-gateway"], {
    podSelector: { matchLabels: { app: "helloworld" } },
    policyTypes: ["Ingress"],
    ingress: [
      {
        from: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "istio-system" } },
            podSelector: { matchLabels: { istio: "eastwestgateway" } },
          },
        ],
        ports: [{ protocol: "TCP", port: 5000 }],
      },
    ],
  });
}

/** Puts a NetworkPolicy. */
export function putPolicy(
  server: FakeApiServer | undefined,
  [namespace, name]: readonly [string, string],
  spec: Json,
): void {
  server?.put({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { namespace, name }, spec });
}

function podsOf(cluster: string, number: number): readonly KubeObject[] {
  const at = (last: number): string => `10.${number}.0.${last}`;
  const hello = { app: "helloworld", version: `v${number}` };
  return [
    runningPod(["sample", `curl-6b7d9-${cluster}`], { labels: { app: "curl" }, address: at(1), proxy: true }),
    runningPod(["tools", `tool-5f6c7-${cluster}`], { labels: { app: "tool" }, address: at(4) }),
    runningPod(["sample", `helloworld-v${number}-5c8d-x`], { labels: hello, address: at(2), port: 5000 }),
    runningPod(["istio-system", `istio-eastwestgateway-77f-${cluster}`], {
      labels: { istio: "eastwestgateway" },
      address: at(3),
      port: 15_443,
      proxy: true,
    }),
  ];
}

/** A pod of a Deployment, with a port that its container declares. */
export function runningPod(
  [namespace, name]: readonly [string, string],
  pod: {
    readonly labels: Readonly<Record<string, string>>;
    readonly address: string;
    readonly port?: number;
    readonly proxy?: boolean;
  },
): KubeObject {
  const ports = pod.port === undefined ? [] : [{ name: "http", containerPort: pod.port }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name, labels: { ...pod.labels, "pod-template-hash": name.split("-").at(-2) ?? "" } },
    spec: {
      nodeName: "node",
      containers: [{ name: "app", ports }, ...(pod.proxy === true ? [{ name: "istio-proxy" }] : [])],
    },
    status: { phase: "Running", podIP: pod.address, podIPs: [{ ip: pod.address }] },
  };
}

function servicesOf(number: number): readonly KubeObject[] {
  const service = (namespace: string, name: string, rest: Readonly<Record<string, Json>>): KubeObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace, name },
    ...rest,
  });
  return [
    service("sample", "helloworld", {
      spec: {
        clusterIP: `10.9${number - 1}.0.1`,
        externalIPs: [`192.0.2.${number}`],
        selector: { app: "helloworld" },
        ports: [{ name: "http", port: 80, targetPort: "http" }],
      },
    }),
    service("istio-system", "istio-eastwestgateway", {
      spec: { selector: { istio: "eastwestgateway" }, ports: [{ name: "tls", port: 15_443, targetPort: 15_443 }] },
      status: { loadBalancer: { ingress: [{ ip: `203.0.113.${number}` }] } },
    }),
  ];
}
