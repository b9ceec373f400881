import { describe, expect, it } from "vitest";
import { eastWestGateway, ingressGateway } from "../render/names.ts";
import { findingsOf } from "../testing/found-by.ts";
import { healthyFacts, withCluster } from "../testing/healthy-facts.ts";
import type { GatewayPod } from "./control-plane-facts.ts";
import type { MeshFacts } from "./facts.ts";

/** The healthy facts with a zone for east in the mesh file, and nodes as they are given. */
function withZone(zone: string, region: string): MeshFacts {
  const facts = withCluster("east", (one) => ({
    nodes: ["east-1", "east-2"].map((name) => ({ ...one.nodes[0], name, ready: true, region, zone })),
  }));
  const clusters = facts.mesh.clusters.map((one) => (one.name === "east" ? { ...one, zone: "east-b" } : one));
  return { ...facts, mesh: { ...facts.mesh, clusters } };
}

describe("the fix for nodes elsewhere", () => {
  it("names the label that differs, of every node", () => {
    const [found] = findingsOf("routes/localities", withZone("east-a", "east"));
    expect(found?.commands).toEqual([
      "kubectl --context isthmus-east label node east-1 topology.kubernetes.io/zone=east-b --overwrite",
      "kubectl --context isthmus-east label node east-2 topology.kubernetes.io/zone=east-b --overwrite",
    ]);
  });

  it("names both labels where both differ", () => {
    const [found] = findingsOf("routes/localities", withZone("", ""));
    expect(found?.commands?.[0]).toContain("region=east topology.kubernetes.io/zone=east-b");
  });
});

describe("a Service that is missing", () => {
  const missing = (clusters: readonly string[]): string => {
    const facts = healthyFacts();
    const [found] = findingsOf("services/in-every-cluster", {
      ...facts,
      clusters: facts.clusters.map((one) =>
        one.kind === "reached" && clusters.includes(one.cluster)
          ? { ...one, services: one.services.map((service) => ({ ...service, present: false })) }
          : one,
      ),
    });
    return found?.detail ?? "";
  };

  it("is said to be elsewhere only where it is", () => {
    expect(missing(["east"])).toContain("though other clusters have it");
    expect(missing(["west", "east"])).not.toContain("other clusters");
  });
});

describe("a missing certificate", () => {
  const facts = withCluster("east", () => ({
    tlsSecrets: [{ name: "door", present: false }],
  }));
  const withTls = (issuer: string | undefined): MeshFacts => ({
    ...facts,
    mesh: {
      ...facts.mesh,
      services: facts.mesh.services.map((service) => ({
        ...service,
        routes: service.routes.map((route) => ({
          ...route,
          hosts: ["door.example"],
          tls: { secretName: "door", ...(issuer === undefined ? {} : { issuer }) },
        })),
      })),
    },
  });

  it("is a matter of cert-manager where the route names an issuer, and of a person where it does not", () => {
    const [issued] = findingsOf("certificates/front-doors", withTls("acme"));
    const [own] = findingsOf("certificates/front-doors", withTls(undefined));
    expect(issued?.fix).toContain("cert-manager");
    expect(own?.fix).not.toContain("cert-manager");
    expect(own?.fix).toContain("Whoever has the certificate of door.example");
  });
});

it.each([
  ["isthmus", "isthmus apply"],
  ["kubectl-replace", "isthmus apply --cluster east --force-conflicts=Secret"],
])("the apply that fills a Secret which %s wrote last takes over what is another's", (by, command) => {
  const ended = { notBefore: "2020-01-01T00:00:00Z", notAfter: "2020-02-01T00:00:00Z", hosts: ["door.example"] };
  const facts = withCluster("east", () => ({
    tlsSecrets: [{ name: "door", present: true, written: { by, at: "2026-11-23T05:00:00Z" }, ...ended }],
  }));
  const route = { hosts: ["door.example"], tls: { secretName: "door", issuer: "own" } };
  const services = facts.mesh.services.map((service) => ({
    ...service,
    routes: service.routes.map((one) => ({ ...one, ...route })),
  }));
  const ownIssuers = { own: { server: "https://acme.example/dir" } };
  const [found] = findingsOf("certificates/front-doors", { ...facts, mesh: { ...facts.mesh, services, ownIssuers } });
  expect([found?.code, found?.commands]).toEqual(["ISM450", [command]]);
});

it.each<readonly [string, Parameters<typeof findingsOf>[0], (pod: GatewayPod) => Partial<GatewayPod>, string]>([
  ["a listener that is not there", "gateways/listener", () => ({ listeners: [] }), eastWestGateway],
  [
    "a certificate that a proxy waits for",
    "certificates/in-proxies",
    ({ config }) => ({ config: { ...config, awaitedSecrets: ["door"] } }),
    ingressGateway,
  ],
])("the fix for %s asks istiod of a revision by its own name", (_what, id, change, name) => {
  const facts = withCluster("east", (one) => ({
    istiod: { ...one.istiod, deployment: "istiod-canary" },
    gateways: one.gateways.map((gateway) => ({
      ...gateway,
      pods: gateway.pods.map((pod) => (gateway.name === name ? { ...pod, ...change(pod) } : pod)),
    })),
  }));
  const [found] = findingsOf(id, facts);
  expect(found?.fix).toContain("-n istio-system logs deploy/istiod-canary");
});
