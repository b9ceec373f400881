import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { KubeObject } from "../../src/core/model/kube-object.ts";
import type { PolicySet } from "../../src/core/policies/network-policy.ts";
import { compilePolicies } from "../../src/core/policies/network-policy.ts";
import { policyFactsOf } from "../../src/core/policies/policy-facts-of.ts";
import type { Direction, PolicyPeer } from "../../src/core/policies/policy-pod.ts";
import { reach } from "../../src/core/policies/reach.ts";
import { readPod } from "../../src/engine/facts/read-pods.ts";
import { put, run } from "../e2e/in-west.ts";
import { isthmus, kubectl, meshFile } from "../e2e/world.ts";
import { check } from "../faults/mesh.ts";
import type { Target } from "./pod-network.ts";
import { askFromPod } from "./pod-network.ts";

type Rule = { readonly ports?: readonly { readonly port: number }[] };

interface Policy extends KubeObject {
  readonly spec: Readonly<Partial<Record<Direction, readonly Rule[]>>>;
}

interface End {
  readonly name: string;
  readonly uid: string;
  readonly peer: PolicyPeer;
}

/** A connection that is tried: from a pod to a port of something. */
interface Way {
  readonly from: End;
  readonly to: PolicyPeer;
  readonly target: Target;
  readonly words: string;
}

const plain = readFileSync(meshFile(), "utf8");
let ways: readonly Way[] = [];

beforeAll(async () => {
  writeFileSync(meshFile(), plain.replace("\n  istio:", "\n  hardening: { networkPolicies: true }\n  istio:"));
  await apply();
  // Prometheus, as check finds it.
  await put([
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "monitoring" } },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "prometheus", namespace: "monitoring", labels: { "app.kubernetes.io/name": "prometheus" } },
      spec: { containers: [{ name: "prometheus", image: "docker.io/istio/examples-helloworld:1.0" }] },
    },
  ]);
  await run(["-n", "monitoring", "wait", "--for=condition=Ready", "pod", "--all", "--timeout=120s"]);
  ways = await findWays();
});

afterAll(async () => {
  await run(["delete", "namespace", "monitoring", "--wait=false"]);
  writeFileSync(meshFile(), plain);
  await apply("--prune");
});

it("renders no rule in vain: without one exactly its connections end, check names them, and with it they come back", async () => {
  const policies = await readPolicies();
  expect(policies.length).toBeGreaterThan(8);
  const all = expectedOf(policies);
  expect(await packets()).toEqual(all);
  for (const { policy, direction, index, rule, name } of policies.flatMap(rulesOf)) {
    const without = policies.map((one) => (one === policy ? withoutRule(policy, direction, rule) : one));
    await patch(policy, [{ op: "remove", path: `/spec/${direction}/${index}` }]);
    const rest = expectedOf(without);
    await expect.poll(packets, { timeout: 60_000, interval: 200, message: name }).toEqual(rest);
    const closed = all.filter((way) => !rest.includes(way));
    const ports = (rule.ports ?? []).map(({ port }) => port);
    expect(closed.filter((way) => !ports.some((port) => way.includes(`:${port} `)))).toEqual([]);
    const named = (await check(meshFile(), "--strict")).causes.some(
      ({ code, detail = "" }) => ["ISM448", "ISM558"].includes(code) && detail.includes(policy.metadata.name),
    );
    // Of what only other meshes have there is nobody to ask here.
    const isIdle = /NodeLocal DNSCache|services of the mesh call/.test(name);
    // No Gateway object has the egress gateway listen.
    const isSilent = name.includes("is to leave the mesh through it");
    expect([name, closed.length > 0, named]).toEqual([name, !isIdle && !isSilent, !isIdle]);
    // An empty list is not kept, so that there may be none to add it to.
    await patch(policy, [{ op: "add", path: `/spec/${direction}`, value: policy.spec[direction] }]);
  }
  await expect.poll(packets, { timeout: 60_000, interval: 200 }).toEqual(all);
}, 1_200_000);

interface OneRule {
  readonly policy: Policy;
  readonly direction: Direction;
  readonly index: number;
  readonly rule: Rule;
  /** With the reason that the policy's annotation gives for it. */
  readonly name: string;
}

function rulesOf(policy: Policy): readonly OneRule[] {
  const { namespace = "", name, annotations = {} } = policy.metadata;
  return (["ingress", "egress"] as const).flatMap((direction) => {
    const reasons = (annotations[`isthmus.dev/${direction}`] ?? "").split(/; (?=\d+\) )/);
    return (policy.spec[direction] ?? []).map((rule, index) => ({
      policy,
      direction,
      index,
      rule,
      name: `${namespace}/${name} ${direction}: ${reasons[index] ?? ""}`,
    }));
  });
}

function withoutRule(policy: Policy, direction: Direction, rule: Rule): Policy {
  const rest = (policy.spec[direction] ?? []).filter((other) => other !== rule);
  return { ...policy, spec: { ...policy.spec, [direction]: rest } };
}

async function apply(...more: readonly string[]): Promise<void> {
  const ran = await isthmus(["apply", "-f", meshFile(), "--yes", ...more]);
  expect(`${ran.code} ${ran.err}`).toMatch(/^0/);
}

async function patch(policy: Policy, steps: readonly object[]): Promise<void> {
  const { namespace = "", name } = policy.metadata;
  await run(["-n", namespace, "patch", "networkpolicy", name, "--type=json", "-p", JSON.stringify(steps)]);
}

async function list<Kind extends KubeObject>(...what: readonly string[]): Promise<readonly Kind[]> {
  return (JSON.parse((await run(["get", ...what, "-o", "json"])).out) as { readonly items: readonly Kind[] }).items;
}

async function readPolicies(): Promise<readonly Policy[]> {
  return list<Policy>("networkpolicies", "-A", "-l", "isthmus.dev/mesh");
}

/** From every pod of the mesh and Prometheus to every port of every other that anybody listens at, and to what is outside. */
async function findWays(): Promise<readonly Way[]> {
  const namespaces = await list<KubeObject>("namespaces");
  const labels = new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
  const pods = await list<KubeObject>("pods", "-A");
  const endOf = (part: string): End => {
    const pod = pods.find(({ metadata }) => metadata.name.startsWith(part));
    if (pod === undefined) {
      throw new Error(`no pod is called ${part}…`);
    }
    const found = readPod(pod);
    const peer = { kind: "pod", pod: { ...found, namespaceLabels: labels.get(found.namespace) ?? {} } } as const;
    return { name: part, uid: String(pod.metadata["uid"]), peer };
  };
  const gateways = ["istio-ingressgateway", "istio-eastwestgateway", "istio-egressgateway"];
  const [istiod, ingress, eastWest, egress] = ["istiod", ...gateways].map(endOf);
  const [shop, prometheus, dns] = ["helloworld-v1", "prometheus", "coredns"].map(endOf);
  const inside = [
    [istiod, [15_012, 15_014, 15_017]],
    [ingress, [8080, 15_020, 15_021, 15_090]],
    [eastWest, [15_020, 15_021, 15_090, 15_443]],
    [egress, [15_020, 15_090]],
    [shop, [5000, 15_020, 15_090]],
  ] as const;
  const targets = inside.flatMap(([end, ports]) =>
    ports.map((port) => [end?.name ?? "", end?.peer, { port, protocol: "TCP" }] as const),
  );
  const outside = (name: string, address: string, port: number) =>
    [name, { kind: "outside", address }, { port, protocol: "TCP" }] as const;
  const servers = JSON.parse((await run(["config", "view", "-o", "json"])).out) as {
    readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string } }[];
  };
  const apiServers = servers.clusters.map(({ name, cluster }) =>
    outside(`API server of ${name}`, new URL(cluster.server).hostname, Number(new URL(cluster.server).port)),
  );
  const address = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  const asked = ["-n", "istio-system", "get", "service", "istio-eastwestgateway", "-o", address];
  const { out: far } = await kubectl("east", asked);
  const dnsWays = (["UDP", "TCP"] as const).map((protocol) => ["DNS", dns?.peer, { port: 53, protocol }] as const);
  const tos = [...targets, ...apiServers, outside("east's east-west gateway", far, 15_443), ...dnsWays];
  return [istiod, ingress, eastWest, shop, prometheus].flatMap((from) =>
    tos.flatMap(([name, to, { port, protocol }]) => {
      if (from === undefined || to === undefined || to === from.peer) {
        return [];
      }
      const host = to.kind === "pod" ? (to.pod.addresses[0] ?? "") : to.address;
      return [{ from, to, target: { host, port, protocol }, words: `${from.name} -> ${name}:${port} ${protocol}` }];
    }),
  );
}

/** The ways that are open by the definition of NetworkPolicies, sorted. */
function expectedOf(policies: readonly KubeObject[]): readonly string[] {
  const set: PolicySet = compilePolicies(policies.map(policyFactsOf));
  return ways
    .filter(({ from, to, target: { port, protocol } }) => reach(set, { from: from.peer, to, port, protocol }).open)
    .map(({ words }) => words)
    .toSorted();
}

/** The ways that new connections take, sorted. */
async function packets(): Promise<readonly string[]> {
  const sources = [...new Set(ways.map(({ from }) => from))];
  const open = await Promise.all(
    sources.map(async (source) => {
      const own = ways.filter(({ from }) => from === source);
      const answered = await askFromPod(
        source.uid,
        own.map(({ target }) => target),
      );
      return own.filter((_, index) => answered[index]).map(({ words }) => words);
    }),
  );
  return open.flat().toSorted();
}
