import { expect, it } from "vitest";
import { twoClusters } from "../testing/two-clusters.ts";
import { renderVantagePod, vantagePort } from "./vantage-pod.ts";

const pod = renderVantagePod(
  { mesh: twoClusters, namespace: "istio-system", name: "isthmus-probe-1", image: "hub/proxyv2:1", activeSeconds: 60 },
  [
    { address: "192.0.2.1", port: 443 },
    { address: "2001:db8::2", port: 80 },
  ],
  2,
);

it("is found by its labels, and has no sidecar as nobody outside has one", () => {
  expect(pod.metadata.labels).toEqual({
    "isthmus.dev/mesh": "sandbox",
    "isthmus.dev/probe": "verify",
    "sidecar.istio.io/inject": "false",
  });
});

it("leads a loopback port to each address, and to nothing else", () => {
  const [container] = (pod["spec"] as { containers: readonly { args: readonly string[] }[] }).containers;
  const config = JSON.parse(container?.args[1] ?? "") as {
    static_resources: {
      listeners: { address: object }[];
      clusters: { connect_timeout: string; load_assignment: { endpoints: object[] } }[];
    };
  };
  const { listeners, clusters } = config.static_resources;
  expect(listeners.map(({ address }) => address)).toEqual(
    [0, 1].map((place) => ({ socket_address: { address: "127.0.0.1", port_value: vantagePort(place) } })),
  );
  expect(clusters.map(({ load_assignment: { endpoints } }) => JSON.stringify(endpoints))).toEqual([
    expect.stringContaining('"address":"192.0.2.1","port_value":443'),
    expect.stringContaining('"address":"2001:db8::2","port_value":80'),
  ]);
  expect(clusters.map((one) => one.connect_timeout)).toEqual(["2s", "2s"]);
});
