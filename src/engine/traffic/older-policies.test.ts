import { describe, expect, it } from "vitest";
import { planDrainSteps } from "../../core/drain/drain-steps.ts";
import { clusterNamed } from "../../core/model/mesh.ts";
import { drainOf, shopOf, threeClusters } from "../../core/testing/three-clusters.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { refuseOlderPolicies } from "./older-policies.ts";

const kind = {
  apiVersion: "security.istio.io/v1beta1",
  kind: "PeerAuthentication",
  plural: "peerauthentications",
  namespaced: true,
} as const;

const rules = {
  apiVersion: "networking.istio.io/v1",
  kind: "DestinationRule",
  plural: "destinationrules",
  namespaced: true,
} as const;

/** What is said of a policy with that selector in west, while east is drained of a service with or without a route at a gateway. */
async function said(
  spec: object,
  routed = false,
  labels: Readonly<Record<string, string>> = {},
  of: typeof kind | typeof rules = kind,
): Promise<string> {
  const { client, server } = await connectFake({ cluster: "west", api: { kinds: [kind, rules] } });
  // An account with rights in its namespaces only, which those of the whole cluster need not be.
  const isWide = ({ url }: { readonly url: string }): boolean => /\/v1\/destinationrules/.test(url);
  server.inject({ kind: "status", status: 403 }, { times: 9, matches: isWide });
  const { apiVersion } = of;
  server.put({ apiVersion, kind: of.kind, metadata: { namespace: "sample", name: "theirs", labels }, spec });
  const whole = threeClusters();
  const mesh = routed ? whole : { ...whole, services: [{ ...shopOf(whole), routes: [] }] };
  const about = { action: "drain", cluster: "east", services: mesh.services } as const;
  const steps = planDrainSteps(mesh, about, { before: [], after: [drainOf("east", "callers")] });
  const step = steps.steps.find(({ name }) => name === "callers");
  const one = { client, cluster: clusterNamed(mesh, "west") } as unknown as Connected;
  try {
    await refuseOlderPolicies(one, steps, step as NonNullable<typeof step>, new AbortController().signal);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a PeerAuthentication of somebody else", () => {
  it("stops a drain where no gateway shows whether callers have left, and it may select the same pods", async () => {
    expect(await said({ selector: { matchLabels: { app: "shop" } } })).toContain(
      "PeerAuthentication sample/theirs of west",
    );
    expect(await said({ selector: { matchLabels: { version: "v1" } } })).toContain("ISM605");
  });

  it.each([
    ["it is for a whole namespace, after which ours counts", {}, false, {}],
    ["it is for other pods", { selector: { matchLabels: { app: "till" } } }, false, {}],
    [
      "it is for pods of another cluster",
      { selector: { matchLabels: { "topology.istio.io/cluster": "north" } } },
      false,
      {},
    ],
    ["gateways show it", { selector: { matchLabels: { app: "shop" } } }, true, {}],
    ["it is our own", { selector: { matchLabels: { app: "shop" } } }, false, { "isthmus.dev/mesh": "m" }],
  ])("stops none where %s", async (_, spec, routed, labels) => {
    expect(await said(spec, routed, labels)).toBe("");
  });
});

describe("a DestinationRule", () => {
  const tls = { mode: "ISTIO_MUTUAL" };
  it.each([
    ["for the service", { host: "shop", trafficPolicy: { tls } }],
    ["for all services", { host: "*.local", trafficPolicy: { tls } }],
    ["for a port of it", { host: "shop.sample.svc.cluster.local", trafficPolicy: { portLevelSettings: [{ tls }] } }],
    ["for a version of it", { host: "shop", subsets: [{ name: "v1", trafficPolicy: { tls } }] }],
  ])("that says how to encrypt stops a drain that no gateway shows: %s", async (_, spec) => {
    expect(await said(spec, false, {}, rules)).toContain("DestinationRule sample/theirs of west says itself");
  });

  it.each([
    ["says nothing of encryption", { host: "shop", trafficPolicy: { connectionPool: {} } }, false],
    ["is for another service", { host: "till", trafficPolicy: { tls } }, false],
    ["is of a service that gateways show", { host: "shop", trafficPolicy: { tls } }, true],
  ])("stops none where it %s", async (_, spec, routed) => {
    expect(await said(spec, routed, {}, rules)).toBe("");
  });
});
