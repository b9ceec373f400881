import { expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { portsPerProbe, renderProbeContainer } from "./probe-container.ts";

const pod: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "client-1", namespace: "shop", labels: { app: "client" } },
  spec: {
    containers: [{ name: "client", image: "client:1" }],
    ephemeralContainers: [
      { name: "debugger-x", image: "busybox" },
      { name: "isthmus-probe-old", image: "proxyv2:1", terminationMessagePolicy: "File" },
    ],
  },
};

interface Rendered {
  readonly name: string;
  readonly args?: readonly string[];
  readonly securityContext?: object;
}

function render(): readonly Rendered[] {
  const rendered = renderProbeContainer({
    pod,
    name: "isthmus-probe-new",
    image: "proxyv2:1",
    services: twoClusters.services,
    adminPort: 20_100,
    activeSeconds: 600,
  });
  expect(rendered.metadata).toEqual({ name: "client-1", namespace: "shop" });
  return (rendered["spec"] as unknown as { readonly ephemeralContainers: readonly Rendered[] }).ephemeralContainers;
}

it("names earlier probes again, which nobody may take away, and leaves containers of others alone", () => {
  expect(render().map(({ name }) => name)).toEqual(["isthmus-probe-old", "isthmus-probe-new"]);
});

it("asks for what pod security restricted admits, as another user than the sidecar's", () => {
  expect(render()[1]?.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: 65_532,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  });
});

it("keeps to its own ports, and its Envoy is told to quit after its time by a request that is held back", () => {
  const config = JSON.parse(render()[1]?.args?.[1] ?? "") as {
    readonly admin: object;
    readonly static_resources: {
      readonly listeners: readonly { readonly name: string; readonly address: object }[];
      readonly clusters: readonly { readonly name: string; readonly health_checks?: readonly object[] }[];
    };
  };
  const { listeners, clusters } = config.static_resources;
  const at = (port: number): object => ({ socket_address: { address: "127.0.0.1", port_value: port } });
  expect(config.admin).toEqual({ address: at(20_100) });
  expect(listeners.map(({ name, address }) => [name, address])).toEqual([
    ["service-0", at(20_101)],
    ["end", at(20_100 + portsPerProbe - 1)],
  ]);
  expect(JSON.stringify(listeners[1])).toContain('"fixed_delay":"600s"');
  expect(clusters.map(({ name }) => name)).toEqual(["service-0", "admin", "end"]);
  expect(clusters[2]).toMatchObject({
    wait_for_warm_on_init: false,
    health_checks: [{ timeout: "660s", http_health_check: { path: "/quitquitquit", method: "POST" } }],
  });
});
