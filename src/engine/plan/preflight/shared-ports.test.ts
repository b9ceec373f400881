import { describe, expect, it } from "vitest";
import { clusterNamed } from "../../../core/model/mesh.ts";
import { twoClusters } from "../../../core/testing/two-clusters.ts";
import { signal, wireCluster, wireObject } from "../../facts/testing/wire-cluster.ts";
import type { CurrentState } from "../current-state.ts";
import { sharedPorts } from "./shared-ports.ts";

const kinds = [{ apiVersion: "networking.istio.io/v1", kind: "Gateway", plural: "gateways", namespaced: true }];
const plain = { port: { number: 80, name: "tcp", protocol: "TCP" }, hosts: ["*"] };
const web = { port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["theirs.example"] };

interface Theirs {
  readonly selector?: object;
  readonly servers?: readonly object[];
  readonly also?: readonly ReturnType<typeof wireObject>[];
  readonly forbidden?: boolean;
  readonly away?: boolean;
}

/** What the rule says of west, where somebody has a Gateway with these servers. */
async function said({
  selector = { istio: "ingressgateway" },
  servers = [plain],
  also = [],
  forbidden = false,
  away = false,
}: Theirs): Promise<readonly string[]> {
  const theirs = wireObject(
    "Gateway",
    { namespace: "theirs", name: "old", creationTimestamp: "2026-01-01T00:00:00Z" },
    { spec: { selector, servers } },
  );
  const { client, server } = await wireCluster([theirs, ...also], { kinds });
  if (forbidden) {
    server.inject({ kind: "status", status: 403 }, { times: 9 });
  }
  if (away) {
    await server.close();
  }
  const member = { client, cluster: clusterNamed(twoClusters, "west"), context: { context: "c-west" } };
  const current = { meshFile: { mesh: twoClusters }, members: [member] } as unknown as CurrentState;
  const found = await sharedPorts.find(current, { signal } as never);
  return found.map(({ severity, code, detail }) => `${severity} ${code} ${detail}`);
}

describe("an older Gateway of somebody else", () => {
  it("refuses a plan whose new Gateways it keeps from a port", async () => {
    expect(await said({})).toEqual([
      "error ISM615 Gateway theirs/old of west opens port 80 of the ingress gateway as TCP in plain text, and would be older than sample/helloworld-gateway: istiod leaves out what the older one does not go with, so that no request would reach the routes there.",
    ]);
  });

  const ours = wireObject(
    "Gateway",
    { namespace: "sample", name: "helloworld-gateway", creationTimestamp: "2026-02-01T00:00:00Z" },
    { spec: { selector: { istio: "ingressgateway" }, servers: [web] } },
  );

  it.each<readonly [string, Theirs]>([
    ["opens the port with HTTP too", { servers: [web] }],
    ["opens another port", { servers: [{ ...plain, port: { number: 5432, protocol: "TCP" } }] }],
    ["is for other pods", { selector: { istio: "theirs" } }],
    ["stands beside one that is there already, which check tells of", { also: [ours] }],
    ["may not be listed", { forbidden: true }],
    ["is in a cluster that stops answering, of which the plan itself tells", { away: true }],
  ])("is no matter where it %s", async (_, theirs) => {
    expect(await said(theirs)).toEqual([]);
  });
});
