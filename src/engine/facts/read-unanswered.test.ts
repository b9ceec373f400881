import { expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { withUnanswered } from "./read-unanswered.ts";

const { signal } = new AbortController();
const namespace = "istio-system";
const nodes = ["node-1", "node-2"].map((name) => ({ name, ready: true, region: "", zone: "" }));
const late = "port-forward to port 15014 of Pod istio-system/istiod-1: no answer within 10 s";

function pod(name: string, nodeName: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name },
    spec: { nodeName, containers: [{ name: "discovery" }] },
    status: { phase: "Running" },
  };
}

/** istiod-1 on node-1 gives no answer, and a gateway's pod on node-2 does. */
const found = {
  istiod: { pods: [{ name: "istiod-1", problem: late }] },
  gateways: [{ name: "istio-ingressgateway", pods: [{ name: "ingress-1" }] }],
  pods: [pod("istiod-1", "node-1"), pod("ingress-1", "node-2")],
} as unknown as Parameters<typeof withUnanswered>[2];

/** What is added to each node, and the nodes' paths that were asked for. */
async function read({ kubelet = false, log = "" } = {}, given = found) {
  const { server, client } = await connectFake({ api: { podLog: () => "last words\n" } });
  if (kubelet) {
    server.put({ apiVersion: "v1", kind: "Node", metadata: { name: "node-1" }, kubeletconfig: {} });
  }
  if (log === "hangs") {
    server.inject({ kind: "hang" }, { times: 9, matches: ({ url }) => url.includes("/log?") });
  } else if (log === "refused") {
    server.inject({ kind: "status", status: 403 }, { times: 9, matches: ({ url }) => url.includes("/log?") });
  }
  const nodesNow = await withUnanswered(client, nodes, given, { signal, answerMs: 1500 });
  return {
    unanswered: nodesNow.map((one) => one.unanswered),
    logs: server.requests.filter(({ url }) => url.includes("/log?")).length,
  };
}

it("sees a node that does not even hand out a log, and whether its kubelet says anything", async () => {
  const unanswered = { pod: "istio-system/istiod-1", log: "silent", kubeletAnswers: true };
  expect((await read({ log: "hangs", kubelet: true })).unanswered).toEqual([unanswered, undefined]);
  expect((await read({ log: "hangs" })).unanswered).toEqual([{ ...unanswered, kubeletAnswers: false }, undefined]);
});

it("takes a log for an answer, since then the pod itself hangs, and a refusal for none", async () => {
  expect((await read()).unanswered).toEqual([undefined, undefined]);
  expect((await read({ log: "refused", kubelet: true })).unanswered).toEqual([
    {
      pod: "istio-system/istiod-1",
      log: "unknown",
      why: expect.stringContaining("injected fault"),
      kubeletAnswers: true,
    },
    undefined,
  ]);
});

it("asks nothing where pods answer, or say why they do not", async () => {
  const answering = { ...found, istiod: { pods: [{ name: "istiod-1", problem: "answered 503 to /debug" }] } };
  expect(await read({ log: "hangs" }, answering as unknown as typeof found)).toEqual({
    unanswered: [undefined, undefined],
    logs: 0,
  });
});
