import { expect, it } from "vitest";
import { twoClusters } from "../testing/two-clusters.ts";
import { probeAdminPort, probePort, renderProbePod, servicesPerProbe } from "./probe-pod.ts";

const [service] = twoClusters.services;
if (service === undefined) {
  throw new Error("the mesh has a service");
}

interface PodSpec {
  readonly activeDeadlineSeconds: number;
  readonly restartPolicy: string;
  readonly securityContext: object;
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly resources: { readonly requests: object; readonly limits: object };
    readonly securityContext: { readonly runAsUser: number };
  }[];
}

function podFor(services: readonly (typeof service)[]) {
  const rest = { name: "isthmus-probe-1", image: "hub/proxyv2:1.27.3", activeSeconds: 600, maker: "boot/1/42/7" };
  return renderProbePod({
    mesh: twoClusters,
    namespace: "sample",
    services: services.flatMap((one) => one ?? []),
    ...rest,
  });
}

const specOf = (pod: ReturnType<typeof podFor>): PodSpec => pod["spec"] as unknown as PodSpec;

it("is found by its labels, names who made it, and is in no Service's selector", () => {
  expect(podFor([service]).metadata).toEqual({
    name: "isthmus-probe-1",
    namespace: "sample",
    labels: { "isthmus.dev/mesh": twoClusters.name, "isthmus.dev/probe": "verify" },
    annotations: { "isthmus.dev/probe-maker": "boot/1/42/7" },
  });
});

it("ends by itself, and holds to pod security restricted and to quotas of requests and limits", () => {
  const { containers, ...spec } = specOf(podFor([service]));
  expect(spec).toMatchObject({
    restartPolicy: "Never",
    activeDeadlineSeconds: 600,
    securityContext: { seccompProfile: { type: "RuntimeDefault" } },
  });
  const [probe] = containers;
  expect(probe?.securityContext).toMatchObject({
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
  });
  expect([0, 1337]).not.toContain(probe?.securityContext.runAsUser);
  expect(Object.keys(probe?.resources.requests ?? {})).toEqual(Object.keys(probe?.resources.limits ?? {}));
});

it("leads each loopback port to one service's name and port, and to nothing else", () => {
  const second = { ...service, name: "other", port: 9000 };
  const [probe] = specOf(podFor([service, second])).containers;
  const config = JSON.parse(probe?.args[1] ?? "") as {
    readonly admin: { readonly address: object };
    readonly static_resources: {
      readonly listeners: readonly { readonly name: string; readonly address: object }[];
      readonly clusters: readonly { readonly name: string }[];
    };
  };
  const { listeners, clusters } = config.static_resources;
  expect([config.admin, ...listeners].map(({ address }) => address)).toEqual(
    [probeAdminPort, probePort(0), probePort(1)].map((port) => ({
      socket_address: { address: "127.0.0.1", port_value: port },
    })),
  );
  expect(listeners.map((one) => JSON.stringify(one).match(/"cluster":"([^"]+)"/)?.[1])).toEqual(
    clusters.map(({ name }) => name),
  );
  expect(clusters.map((one) => JSON.stringify(one).match(/"socket_address":(\{[^}]+\})/)?.[1])).toEqual([
    '{"address":"helloworld.sample.svc.cluster.local","port_value":5000}',
    '{"address":"other.sample.svc.cluster.local","port_value":9000}',
  ]);
});

it("has its settings in one argument that Linux takes, for as many services as one pod serves", () => {
  const long = { ...service, name: "n".repeat(63), namespace: "n".repeat(63) };
  const [probe] = specOf(podFor(Array.from({ length: servicesPerProbe }, () => long))).containers;
  expect(Buffer.byteLength(probe?.args[1] ?? "")).toBeLessThan(128 * 1024);
});
