import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Json, KubeObject } from "../../src/core/model/kube-object.ts";
import { compilePolicies } from "../../src/core/policies/network-policy.ts";
import { policyFactsOf } from "../../src/core/policies/policy-facts-of.ts";
import type { PolicyPeer } from "../../src/core/policies/policy-pod.ts";
import { reachMatrix } from "../../src/core/policies/reach-matrix.ts";
import { readPod } from "../../src/engine/facts/read-pods.ts";
import { put, run } from "../e2e/in-west.ts";
import type { Target } from "./pod-network.ts";
import { askFromPod } from "./pod-network.ts";

/** Sets of policies that are enforced one after the other; ISTHMUS_PACKET_SETS asks for another number. */
const sets = Number(process.env["ISTHMUS_PACKET_SETS"] ?? 100);
const seed = Math.floor(Date.now() / 86_400_000);
const spaces = ["packets-x", "packets-y", "packets-z"];
const names = ["a", "b", "c"];
const port = 5000;
const image = "docker.io/istio/examples-helloworld:1.0";
const protocols = ["TCP", "UDP"] as const;
type Protocol = (typeof protocols)[number];

/** Node.js as the image brings it. */
const node = ["/opt/node/loader", "--library-path", "/opt/node", "/opt/node/node", "-e"];
const answerDatagrams = `const socket = require("node:dgram").createSocket("udp4");
socket.on("message", (text, { port, address }) => socket.send(text, port, address)).bind(${port});`;
let ends: readonly PolicyPeer[] = [];
/** Of the pods, in the same order. */
let uids: readonly string[] = [];

beforeAll(async () => {
  await put([
    ...spaces.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { packets: name } } })),
    ...spaces.flatMap((namespace) => names.map((name) => pod(namespace, name))),
  ]);
  for (const namespace of spaces) {
    await run(["-n", namespace, "wait", "--for=condition=Ready", "pod", "--all", "--timeout=120s"]);
  }
  const { items } = JSON.parse((await run(["get", "pods", "-A", "-l", "packets", "-o", "json"])).out) as {
    readonly items: readonly KubeObject[];
  };
  uids = items.map(({ metadata }) => String(metadata["uid"]));
  ends = items.map((object): PolicyPeer => {
    const found = readPod(object);
    const namespaceLabels = { packets: found.namespace, "kubernetes.io/metadata.name": found.namespace };
    return { kind: "pod", pod: { ...found, namespaceLabels } };
  });
});

afterAll(async () => {
  await run(["delete", "namespace", ...spaces, "--wait=false"]);
});

/**
 * Left out, since kube-router takes them otherwise than Kubernetes: both
 * directions in one policy, names of ports, several blocks of addresses in a
 * rule (docs/adr/0022). A pod's way to itself is no way of the network.
 */
const policies = fc.array(arbitraryPolicy(), { minLength: 1, maxLength: 4 }).map((all) =>
  all.map(({ namespace, spec }, index): KubeObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace, name: `packets-${index}` },
    spec,
  })),
);

it.each(fc.sample(policies, { seed, numRuns: sets }).map((set, index) => [index + 1, set] as const))(
  `lets through what the engine says, by packets between nine pods: set %i (seed ${seed})`,
  async (_, set) => {
    await put(set);
    const compiled = compilePolicies(set.map(policyFactsOf));
    const expected = tables((protocol) => {
      const matrix = reachMatrix(compiled, ends, { port, protocol });
      return (from, to) => matrix.isOpen(from, to);
    });
    await expect.poll(packets, { timeout: 60_000, interval: 500 }).toEqual(expected);
    for (const namespace of spaces) {
      await run(["-n", namespace, "delete", "networkpolicy", "--all"]);
    }
  },
);

/** A row for each pod and protocol: to which pods the way is open. */
function tables(isOpenBy: (protocol: Protocol) => (from: number, to: number) => boolean): readonly string[] {
  return protocols.flatMap((protocol) => {
    const isOpen = isOpenBy(protocol);
    const mark = (from: number, to: number): string => (from === to ? "-" : isOpen(from, to) ? "X" : ".");
    return ends.map((_, from) => `${protocol} ${ends.map((_, to) => mark(from, to)).join("")}`);
  });
}

/** What gets through from every pod to every other. */
async function packets(): Promise<readonly string[]> {
  const asked = protocols.flatMap((protocol) => ends.map((_, to) => ({ protocol, to })));
  const targets = asked.map(({ protocol, to }): Target => ({ host: addressOf(ends[to]), port, protocol }));
  const answered = await Promise.all(uids.map(async (uid) => askFromPod(uid, targets)));
  return tables(
    (protocol) => (from, to) =>
      answered[from]?.[asked.findIndex((one) => one.protocol === protocol && one.to === to)] ?? false,
  );
}

function addressOf(end: PolicyPeer | undefined): string {
  return end?.kind === "pod" ? (end.pod.addresses[0] ?? "") : "";
}

function arbitraryPolicy(): fc.Arbitrary<{ readonly namespace: string; readonly spec: Json }> {
  const selectorOf = (key: string, values: readonly string[]): fc.Arbitrary<Json> =>
    fc.oneof(
      fc.constant({}),
      fc.constantFrom(...values).map((value) => ({ matchLabels: { [key]: value } })),
      fc
        .record({
          operator: fc.constantFrom("In", "NotIn"),
          values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }),
        })
        .map((rest) => ({ matchExpressions: [{ key, ...rest }] })),
    );
  const [pods, namespaces] = [selectorOf("app", names), selectorOf("packets", spaces)];
  const peer = fc.oneof(
    pods.map((podSelector) => ({ podSelector })),
    namespaces.map((namespaceSelector) => ({ namespaceSelector })),
    fc.record({ podSelector: pods, namespaceSelector: namespaces }),
  );
  const ports = fc.constantFrom<Json>(
    [],
    [{ port }],
    [{ port: 5001 }],
    [{ port: 4990, endPort: 5000 }],
    [{ protocol: "UDP" }],
    [{ protocol: "UDP", port }],
    [{ port }, { protocol: "UDP", port: 4990, endPort: 5000 }],
  );
  const rules = (side: "from" | "to"): fc.Arbitrary<Json> =>
    fc.array(
      fc
        .record({ peers: fc.array(peer, { maxLength: 2 }), ports })
        .map((rule) => ({ [side]: rule.peers, ports: rule.ports })),
      { maxLength: 2 },
    );
  return fc.tuple(fc.constantFrom(...spaces), pods, fc.boolean()).chain(([namespace, podSelector, isIngress]) =>
    rules(isIngress ? "from" : "to").map((list) => ({
      namespace,
      spec: {
        podSelector,
        policyTypes: [isIngress ? "Ingress" : "Egress"],
        [isIngress ? "ingress" : "egress"]: list,
      },
    })),
  );
}

function pod(namespace: string, name: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { app: name, packets: "pod" } },
    spec: {
      containers: [
        { name: "helloworld", image, readinessProbe: { httpGet: { path: "/health", port }, periodSeconds: 1 } },
        { name: "datagrams", image, command: [...node, answerDatagrams] },
      ],
      terminationGracePeriodSeconds: 0,
    },
  };
}
