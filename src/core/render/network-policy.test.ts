import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import { clusterNamed } from "../model/mesh.ts";
import { materials, twoClusters } from "../testing/two-clusters.ts";
import type { Materials } from "./materials.ts";
import { renderNetworkPolicies } from "./network-policy.ts";

const hardened: Mesh = { ...twoClusters, hardening: { networkPolicies: true } };
const [helloworld] = twoClusters.services;

function policy(name: string, mesh = hardened, from: Materials = materials): KubeObject {
  const found = renderNetworkPolicies(mesh, clusterNamed(mesh, "west"), from).find((one) => one.metadata.name === name);
  if (found === undefined) {
    throw new Error(`there is no ${name}`);
  }
  return found;
}

function ports(object: KubeObject, direction: "egress" | "ingress"): readonly string[] {
  const spec = object["spec"] as Record<
    string,
    readonly { readonly ports: readonly { readonly port: number; readonly protocol: string }[] }[]
  >;
  return (spec[direction] ?? []).flatMap((rule) => rule.ports.map((one) => `${one.port}/${one.protocol}`));
}

function withEast(east: Partial<Cluster>): Mesh {
  return {
    ...hardened,
    clusters: hardened.clusters.map((one) => (one.name === "east" ? { ...one, ...east } : one)),
  };
}

function service(fields: Partial<Service>): Service {
  if (helloworld === undefined) {
    throw new Error("the mesh of the tests has a service");
  }
  return { ...helloworld, ...fields };
}

describe("the mesh's network policies", () => {
  it("are none unless the mesh asks for them", () => {
    expect(renderNetworkPolicies(twoClusters, clusterNamed(twoClusters, "west"), materials)).toEqual([]);
  });

  it.each([
    ["the kubeconfig's address", {}, "6443/TCP"],
    ["an endpoint with a port", { endpoint: "https://api.east.example:7443" }, "7443/TCP"],
    ["an endpoint without one", { endpoint: "https://api.east.example" }, "443/TCP"],
    ["an IPv6 endpoint", { endpoint: "https://[2001:db8::1]:8443" }, "8443/TCP"],
  ])("let istiod go to the port of another cluster's API server, by %s", (_name, east, port) => {
    expect(ports(policy("np-istio-ports", withEast(east)), "egress")).toContain(port);
  });

  it("let istiod go to Rancher where that is the way to the other cluster", () => {
    const mesh: Mesh = {
      ...withEast({ access: { kind: "rancher", rancherId: "c-abcde" } }),
      rancher: { url: "https://rancher.example:9443", token: { env: "T" } },
    };
    expect(ports(policy("np-istio-ports", mesh), "egress")).toContain("9443/TCP");
  });

  it("say of every opened port why it is open", () => {
    for (const name of ["np-istio-ports", "np-helloworld"]) {
      const one = policy(name);
      for (const direction of ["egress", "ingress"] as const) {
        const reasons = (one.metadata.annotations?.[`isthmus.dev/${direction}`] ?? "").split("; ");
        expect(reasons.map((reason) => reason.split(": ")[0])).toEqual(ports(one, direction));
        expect(reasons.every((reason) => (reason.split(": ")[1] ?? "").length > 2)).toBe(true);
      }
    }
  });

  it("select the pods and open the port that the service's own Service names", () => {
    const manifests: Materials = {
      ...materials,
      serviceManifests: {
        "sample/helloworld": [
          {
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "helloworld" },
            spec: { selector: { run: "hello" }, ports: [{ port: 5000, targetPort: 8080 }] },
          },
        ],
      },
    };
    const one = policy("np-helloworld", hardened, manifests);
    expect(one["spec"]).toMatchObject({ podSelector: { matchLabels: { run: "hello" } } });
    expect(ports(one, "ingress")).toEqual(expect.arrayContaining(["5000/TCP", "8080/TCP"]));
  });

  it("let services call each other", () => {
    const mesh = { ...hardened, services: [service({}), service({ name: "prices", port: 7000 })] };
    expect(ports(policy("np-helloworld", mesh), "egress")).toContain("7000/TCP");
    expect(ports(policy("np-helloworld", mesh), "ingress")).not.toContain("7000/TCP");
  });
});
