import { describe, expect, it } from "vitest";
import type { ObjectId } from "../../model/kube-object.ts";
import { findingsOf } from "../../testing/found-by.ts";
import { healthyFacts, withCluster } from "../../testing/healthy-facts.ts";
import type { AddedFieldFacts, AddedToObject } from "../drift-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { runChecks } from "../run-checks.ts";

const writer = { manager: "kubectl-edit", time: "2026-11-23T05:00:00Z" };
const ingress = { group: "", kind: "Service", namespace: "istio-system", name: "istio-ingressgateway" };
const service = { group: "", kind: "Service", namespace: "sample", name: "helloworld" };
const rule = { group: "networking.istio.io", kind: "DestinationRule", namespace: "sample", name: "helloworld" };
const gateway = { group: "networking.istio.io", kind: "Gateway", namespace: "sample", name: "door" };
const istiod = { group: "apps", kind: "Deployment", namespace: "istio-system", name: "istiod" };
const cacerts = { group: "", kind: "Secret", namespace: "istio-system", name: "cacerts" };

function field(pointer: string, value?: string, more: Partial<AddedFieldFacts> = {}): AddedFieldFacts {
  const path = pointer.slice(1).replaceAll("/", ".");
  return { path, pointer, ...(value === undefined ? {} : { value }), writer, ...more };
}

function added(
  objects: readonly AddedToObject[],
  more: (one: ReachedCluster) => Partial<ReachedCluster> = () => ({}),
): MeshFacts {
  return withCluster("east", (one) => ({
    ...more(one),
    drift: { kind: "compared", applied: true, objects: [], added: objects, unknown: [] },
  }));
}

/** The healthy mesh, in whose service the first port says this besides its name `http`. */
function withProtocol(appProtocol: string): MeshFacts {
  const object = {
    id: service,
    service: "sample/helloworld",
    fields: [field("/spec/ports/0/appProtocol", `"${appProtocol}"`)],
  };
  return added([object], ({ services }) => ({
    services: services.map((one) => ({
      ...one,
      servicePorts: one.servicePorts.map((port) => ({ ...port, name: "http", appProtocol })),
    })),
  }));
}

function severities(facts: MeshFacts): readonly string[] {
  return findingsOf("drift/added-fields", facts).map(({ severity }) => severity);
}

describe("a field that somebody has added", () => {
  it.each<readonly [string, ObjectId, AddedFieldFacts, readonly string[]]>([
    ["keeps clients out", ingress, field("/spec/loadBalancerSourceRanges", '["10.0.0.0/8"]'), ["error"]],
    [
      "keeps clients out by an annotation",
      ingress,
      field("/metadata/annotations/service.beta.kubernetes.io~1load-balancer-source-ranges", '"10.0.0.0/8"'),
      ["error"],
    ],
    ["asks for other nodes", ingress, field("/spec/externalTrafficPolicy", '"Local"'), ["warning"]],
    ["says what holds anyway", ingress, field("/spec/externalTrafficPolicy", '"Cluster"'), []],
    ["stands beside a type that does not heed it", service, field("/spec/externalName", '"data.example"'), []],
    ["makes an alias of a Service", service, field("/spec/type", '"ExternalName"'), ["error"]],
    ["says the protocol that holds anyway", service, field("/spec/ports/0/protocol", '"TCP"'), []],
    ["makes clients stay", ingress, field("/spec/sessionAffinity", '"ClientIP"'), ["warning"]],
    [
      "makes another gateway of a Service",
      ingress,
      field("/metadata/labels/topology.istio.io~1network", '"x"'),
      ["error"],
    ],
    [
      "switches TLS over",
      rule,
      field("/spec/trafficPolicy/tls", '{"mode":"SIMPLE"}', { tlsModes: ["SIMPLE"] }),
      ["error"],
    ],
    [
      "switches TLS over at the end of a long policy",
      rule,
      field("/spec/trafficPolicy", '{"loadBalancer":{"…', { tlsModes: ["ISTIO_MUTUAL", "DISABLE"] }),
      ["error"],
    ],
    [
      "asks for the TLS that is there",
      rule,
      field("/spec/trafficPolicy/tls", '{"mode":"ISTIO_MUTUAL"}', { tlsModes: ["ISTIO_MUTUAL"] }),
      ["warning"],
    ],
    ["limits connections", rule, field("/spec/trafficPolicy/connectionPool", "{}"), ["warning"]],
    ["hides a rule, which another check says", rule, field("/spec/exportTo", '["."]'), []],
    ["selects other gateways", gateway, field("/spec/selector/team", '"x"'), ["error"]],
    ["is of another revision", gateway, field("/metadata/labels/istio.io~1rev", '"canary"'), ["error"]],
    ["is of the mesh's revision", gateway, field("/metadata/labels/istio.io~1rev", '"default"'), ["warning"]],
    ["sets a variable", istiod, field("/spec/template/spec/containers/0/env/2", undefined), ["warning"]],
    [
      "sets the cluster's name",
      istiod,
      field("/spec/template/spec/containers/0/env/2", undefined, { path: 'x.env[name="CLUSTER_ID"]' }),
      ["error"],
    ],
    ["changes how pods are replaced", istiod, field("/spec/strategy/rollingUpdate", "{}"), []],
    ["has istiod sign with another certificate", cacerts, field("/data/tls.crt"), ["error"]],
    ["lies beside certificates", cacerts, field("/data/notes"), ["warning"]],
  ])("%s", (_, id, one, expected) => {
    expect(severities(added([{ id, fields: [one] }]))).toEqual(expected);
  });

  it("says what a Service that became an alias leads to", () => {
    const fields = [field("/spec/externalName", '"data.example.com"'), field("/spec/type", '"ExternalName"')];
    const [found, ...others] = findingsOf("drift/added-fields", added([{ id: service, fields }]));
    expect(found?.detail).toContain("its name is an alias of data.example.com");
    expect(others).toEqual([]);
  });

  it("harms by another protocol than the port's name says, and not by the same", () => {
    expect(severities(withProtocol("grpc"))).toEqual(["error"]);
    expect(severities(withProtocol("http"))).toEqual(["warning"]);
  });

  it("explains why a gateway lacks pods where it is in their template", () => {
    const name = "istio-ingressgateway";
    const object = {
      id: { group: "apps", kind: "Deployment", namespace: "istio-system", name },
      fields: [field("/spec/template/spec/nodeSelector", '{"disk":"ssd"}')],
    };
    expect(severities(added([object]))).toEqual(["warning"]);
    const facts = added([object], ({ gateways }) => ({
      gateways: gateways.map((one) =>
        one.name === name ? { ...one, ready: 0, reason: "0 of 1 pods are ready" } : one,
      ),
    }));
    const [cause, ...more] = runChecks(facts, { pre: false }).causes;
    expect(more).toEqual([]);
    expect(cause?.code).toBe("ISM556");
    expect(cause?.consequences.map(({ code }) => code)).toContain("ISM424");
  });

  it.each([
    ["/spec/template/metadata/annotations/proxy.istio.io~1config", "error"],
    ["/spec/template/metadata/annotations/team", "warning"],
  ])("explains why pods are missing where Istio's injector goes by it: %s", (pointer, severity) => {
    const object = {
      id: { group: "apps", kind: "Deployment", namespace: "istio-system", name: "istio-ingressgateway" },
      fields: [field(pointer, '"x"')],
    };
    const facts = added([object], ({ gateways }) => ({
      gateways: gateways.map((one) => ({ ...one, ready: 0, reason: "0 of 1 pods are ready" })),
    }));
    expect(severities(facts)).toEqual([severity]);
  });

  it("is named with its value and its writer, and taken out alone, by a command that fails where the object is another", () => {
    const fields = [
      field("/spec/ports/2", '{"port":81}', { test: { pointer: "/spec/ports/2", value: '{"port":81}' } }),
      field("/spec/ports/10/appProtocol", '"grpc"', { test: { pointer: "/spec/ports/10/name", value: '"b"' } }),
    ];
    const [finding] = findingsOf("drift/added-fields", added([{ id: ingress, fields }]));
    expect(finding?.detail).toContain(
      'spec.ports.2 is {"port":81}, written by kubectl-edit at 2026-11-23T05:00:00Z; spec.ports.10.appProtocol is "grpc"',
    );
    expect(finding?.commands).toEqual([
      `kubectl --context isthmus-east -n istio-system patch service istio-ingressgateway --type=json -p '[${[
        '{"op":"test","path":"/spec/ports/10/name","value":"b"}',
        '{"op":"remove","path":"/spec/ports/10/appProtocol"}',
        '{"op":"test","path":"/spec/ports/2","value":{"port":81}}',
        '{"op":"remove","path":"/spec/ports/2"}',
      ].join(",")}]'`,
    ]);
  });

  it("is nothing where the mesh was never applied", () => {
    const facts = healthyFacts();
    const never = { kind: "compared", applied: false, objects: [], unknown: [] } as const;
    const object = { id: rule, fields: [field("/spec/trafficPolicy/tls")] };
    expect(
      severities({
        ...facts,
        clusters: facts.clusters.map((one) =>
          one.kind === "reached" ? { ...one, drift: { ...never, added: [object] } } : one,
        ),
      }),
    ).toEqual([]);
  });
});

it("says of addresses beside those of an east-west gateway who takes them for it", () => {
  const eastWest = { ...ingress, name: "istio-eastwestgateway" };
  const fields = [field("/spec/externalIPs", '["192.0.2.9"]')];
  const [finding] = findingsOf("drift/added-fields", added([{ id: eastWest, fields }]));
  expect(finding?.detail).toContain("istiod hands them to proxies of other networks as addresses of this gateway");
});
