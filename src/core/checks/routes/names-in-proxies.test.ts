import { describe, expect, it } from "vitest";
import { findingsOf } from "../../testing/found-by.ts";
import { healthyFacts } from "../../testing/healthy-facts.ts";
import { namedChain, shareOf, tlsName, withChains } from "../../testing/tls-route-facts.ts";
import type { MeshFacts } from "../facts.ts";
import type { FilterChainFacts } from "../proxy-facts.ts";
import { namesInProxies } from "./names-in-proxies.ts";

const https: FilterChainFacts = { port: 8443, serverNames: [], routeTable: "https.443.https.front.sample" };

function said(...east: readonly FilterChainFacts[]): readonly string[] {
  return findingsOf("routes/names-in-proxies", withChains(...east)).map(
    ({ code, cluster, detail }) => `${code} ${cluster ?? ""}: ${detail ?? ""}`,
  );
}

describe("a route of TLS connections", () => {
  it.each<readonly [what: string, chains: readonly FilterChainFacts[]]>([
    ["has its shares", [namedChain]],
    [
      "has them by a closer name than another's",
      [{ ...namedChain, serverNames: ["*.mesh.example"], shares: { x: 1 } }, namedChain],
    ],
    ["has them beside HTTPS for all other names", [https, namedChain]],
  ])("is as asked where a proxy %s", (_, chains) => {
    expect(said(...chains)).toEqual([]);
  });

  it.each<readonly [what: string, chains: readonly FilterChainFacts[], words: string]>([
    [
      "none of the name",
      [],
      "resets connections for queue.mesh.example: none of its filter chains at port 8443 has the name",
    ],
    ["it at another port", [{ ...namedChain, port: 9443 }], "resets connections for queue.mesh.example"],
    ["HTTPS for all names alone", [https], "ends the TLS of queue.mesh.example itself"],
    [
      "other shares",
      [{ ...namedChain, shares: { ...shareOf("v1", 50), ...shareOf("v2", 50) } }],
      "leads connections for queue.mesh.example to v1=50 v2=50, and the mesh file asks for v1=20 v2=80",
    ],
    [
      "one version alone",
      [{ port: 8443, serverNames: [tlsName], cluster: Object.keys(shareOf("v1", 1))[0] ?? "" }],
      "leads connections for queue.mesh.example to v1=100, and",
    ],
    ["a way to nowhere", [{ port: 8443, serverNames: [tlsName] }], "to nowhere, and"],
  ])("is an error where a proxy has %s", (_, chains, words) => {
    const [one, ...more] = said(...chains);
    expect(one).toMatch(/^ISM863 east: Route helloworld in east: /);
    expect(one).toContain(words);
    expect(more).toEqual([]);
  });
});

it("asks nothing of meshes without such routes", () => {
  expect(findingsOf("routes/names-in-proxies", healthyFacts())).toEqual([]);
  expect(namesInProxies.unseen?.(healthyFacts())).toEqual([]);
});

it("says what it does not see where the ingress Service names its port", () => {
  const facts = withChains(namedChain);
  const unnumbered: MeshFacts = {
    ...facts,
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === "east"
        ? {
            ...one,
            gateways: one.gateways.map((gateway) =>
              gateway.service === undefined
                ? gateway
                : {
                    ...gateway,
                    service: {
                      ...gateway.service,
                      servicePorts: gateway.service.servicePorts.map((port) => ({ ...port, targetPort: "https" })),
                    },
                  },
            ),
          }
        : one,
    ),
  };
  expect(namesInProxies.unseen?.(unnumbered)).toEqual([
    "where TLS connections come in at the ingress of east: its Service does not say which port",
  ]);
});
