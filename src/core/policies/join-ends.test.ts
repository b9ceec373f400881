import { expect, it } from "vitest";
import { closed } from "../checks/policies/closed.ts";
import { networkPolicies } from "../checks/policies/network-policies.ts";
import type { MeshFacts } from "../checks/facts.ts";
import type { NetworkPolicyFacts } from "../checks/policy-facts.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { withCluster } from "../testing/healthy-facts.ts";
import { policyFactsOf } from "./policy-facts-of.ts";

/** A policy of namespace sample for pods with this label, with rules of one direction. */
function policy(name: string, app: string, spec: object): NetworkPolicyFacts {
  return policyFactsOf({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: "sample" },
    spec: { podSelector: { matchLabels: { app } }, ...spec },
  });
}

/** Lets everything in but by the port 9000 that helloworld's Service has beside the one of the mesh file. */
const helloworldIn = policy("np-helloworld", "helloworld", {
  policyTypes: ["Ingress"],
  ingress: [{ ports: [{ port: 1, endPort: 8999 }] }, { ports: [{ port: 9001, endPort: 65_535 }] }],
});
const callerOut = (name: string): NetworkPolicyFacts =>
  policy(`np-${name}.egress`, name, {
    policyTypes: ["Egress"],
    egress: [
      { ports: [{ port: 1, endPort: 8999 }] },
      { ports: [{ port: 9001, endPort: 65_535 }] },
      { ports: [{ port: 53, protocol: "UDP" }] },
    ],
  });

/** The healthy mesh with two services in east that may call helloworld, whose Service has a further port. */
function withCallers(policies: readonly NetworkPolicyFacts[]): MeshFacts {
  const names = ["billing", "caller"];
  const facts = withCluster("east", (one) => {
    const pods = one.pods.filter(({ namespace }) => namespace === "sample").slice(0, 1);
    const services = one.services.filter(({ service }) => service === "sample/helloworld");
    return {
      pods: [
        ...one.pods,
        ...names.flatMap((app) => pods.map((pod) => ({ ...pod, name: `${app}-1`, labels: { app }, proxy: true }))),
      ],
      services: [
        ...services.map((service) => ({
          ...service,
          servicePorts: [...service.servicePorts, { port: 9000, protocol: "TCP", targetPort: 9000 }],
        })),
        ...names.flatMap((app) =>
          services.map((service) => ({ ...service, service: `sample/${app}`, selector: { app } })),
        ),
      ],
      networkPolicies: policies,
    };
  });
  const [first] = facts.mesh.services;
  const callers = names.flatMap((name) => (first === undefined ? [] : [{ ...first, name, routes: [] }]));
  return { ...facts, mesh: { ...facts.mesh, services: [...facts.mesh.services, ...callers] } };
}

it("tells once of a further port that is closed at both ends of every call to it, with what admits both", () => {
  const policies = [helloworldIn, callerOut("billing"), callerOut("caller")];
  const facts = withCallers(policies);
  expect(networkPolicies.run(facts)).toEqual([]);
  const [found, ...more] = closed.run(facts);
  expect(more).toEqual([]);
  expect(found?.object?.name).toBe("np-helloworld");
  expect(found?.detail).toMatch(/requests of sample\/billing to sample\/helloworld at port 9000/);
  expect(found?.detail).toContain(
    "Of the pods that connect, sample/np-billing.egress, sample/np-caller.egress close the way out to it.",
  );
  // Without that one alone the ways out are closed all the same.
  expect(found?.fix).not.toContain("delete networkpolicy");
  const list = /echo '(?<list>\{.*\})'/.exec(found?.fix ?? "")?.groups?.["list"] ?? "";
  const { items } = JSON.parse(list) as { readonly items: readonly KubeObject[] };
  expect(closed.run(withCallers([...policies, ...items.map(policyFactsOf)]))).toEqual([]);
});

it("tells it with each of the policies that close the ways in, where versions have their own", () => {
  const second = {
    ...helloworldIn,
    name: "np-second",
    podSelector: { matchLabels: { second: "yes" }, matchExpressions: [] },
  };
  const facts = withCallers([helloworldIn, second, callerOut("caller")]);
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached" && one.cluster === "east"
      ? {
          ...one,
          pods: one.pods.flatMap((pod) =>
            pod.labels["app"] === "helloworld"
              ? [pod, { ...pod, name: "second", labels: { ...pod.labels, second: "yes" } }]
              : [pod],
          ),
        }
      : one,
  );
  const found = closed.run({ ...facts, clusters });
  expect(found.map(({ detail }) => detail.includes("np-caller.egress closes the way out to it"))).toEqual([true, true]);
});

it("names what closes a way out whose other end is open", () => {
  const found = closed.run(withCallers([callerOut("caller")]));
  expect(found.map(({ object }) => object?.name)).toEqual(["np-caller.egress"]);
  expect(found[0]?.detail).not.toContain("Of the pods that connect");
});
