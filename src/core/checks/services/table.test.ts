import { describe, expect, it } from "vitest";
import { changeCluster, hindered, reachedIn, withService } from "../../testing/changed-facts.ts";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { drained } from "../../testing/faults/changes.ts";
import { findingsOf, foundBy } from "../../testing/found-by.ts";
import { healthyFacts, withCluster } from "../../testing/healthy-facts.ts";
import type { BypassFacts } from "../bypass-facts.ts";
import type { Finding } from "../check.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import type { PodFacts } from "../pod-facts.ts";
import { runChecks } from "../run-checks.ts";

function unexported(mesh: MeshFacts["mesh"]): MeshFacts["mesh"] {
  return { ...mesh, services: mesh.services.map((service) => ({ ...service, exported: false })) };
}

function withBypass(
  by: BypassFacts["by"],
  value: string,
  change: Partial<ReachedCluster["services"][number]> = {},
): MeshFacts {
  return withCluster("east", (one) => ({
    bypasses: [{ namespace: "sample", pod: "client-1", deployment: "client", by, value }],
    services: one.services.map((service) => ({ ...service, addresses: ["10.43.1.2"], ...change })),
  }));
}

function sidecarFindings(facts: MeshFacts) {
  return runChecks(facts, { pre: false }).causes.filter(({ code }) => code === "ISM442");
}

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
  [
    "services/pods-ready",
    "a pod that does not start beside one that serves",
    withCluster("east", (one) => ({
      pods: one.pods.map((pod) => ({ ...pod, owner: { kind: "Deployment", name: pod.labels["app"] ?? "" } })),
      waitingPods: one.pods
        .filter(({ namespace }) => namespace === "sample")
        .map(({ namespace, labels }) => ({
          namespace,
          name: "helloworld-new",
          labels,
          owner: { kind: "Deployment", name: "helloworld" },
          since: "2026-12-01T11:00:00Z",
          words: "container app: ImagePullBackOff",
        })),
    })),
    ["warning ISM864 east"],
  ],
  [
    "services/calls-past-sidecars",
    "what leaves a port out, as a warning where pods answer in clear text",
    withBypass("traffic.sidecar.istio.io/excludeOutboundPorts", "5432, 5000"),
    ["warning ISM599 east"],
  ],
  [
    "services/calls-past-sidecars",
    "nothing in other ports",
    withBypass("traffic.sidecar.istio.io/excludeOutboundPorts", "5432"),
    [],
  ],
  [
    "services/calls-past-sidecars",
    "a block of addresses that is left out, to a service without pods in the cluster",
    withBypass("traffic.sidecar.istio.io/excludeOutboundIPRanges", "10.43.0.0/16", { endpoints: [] }),
    ["error ISM599 east"],
  ],
  [
    "services/calls-past-sidecars",
    "blocks of addresses without that of the service, or none at all",
    withBypass("traffic.sidecar.istio.io/includeOutboundIPRanges", "192.0.2.0/24"),
    ["warning ISM599 east"],
  ],
  [
    "services/calls-past-sidecars",
    "a container that runs as the sidecar's user",
    withBypass("runAsUser", "1337", { endpoints: [] }),
    ["error ISM599 east"],
  ],
  [
    "services/calls-past-sidecars",
    "nothing where the blocks have it",
    withBypass("traffic.sidecar.istio.io/includeOutboundIPRanges", "192.0.2.0/24,10.0.0.0/8"),
    [],
  ],
  [
    "services/other-pods",
    "a pod of no version",
    withCluster("east", (one) => ({
      services: one.services.map((service) => ({
        ...service,
        workloads: [{ version: "", kind: "Pod", name: "x", pods: ["x"], own: false, written: { by: "", at: "" } }],
      })),
    })),
    ["warning ISM590 east"],
  ],
  [
    "services/sidecar-ports",
    "a port that annotations lead past sidecars",
    withCluster("west", (one) => ({ pods: one.pods.map((pod) => ({ ...pod, inbound: { exclude: [5000] } })) })),
    ["error ISM539 west"],
  ],
  [
    "services/port-names",
    "another name of the port",
    withService({ servicePorts: [{ port: 5000, name: "tcp-http", protocol: "TCP", targetPort: 5000 }] }),
    ["error ISM479 east"],
  ],
  ["services/in-every-cluster", "a missing Service", withService({ present: false }), ["error ISM440 east"]],
  [
    "services/in-every-cluster",
    "a Service that is a name for something outside",
    withService({ externalName: "web.team.example" }),
    ["error ISM440 east"],
  ],
  [
    "services/in-every-cluster",
    "a port that takes datagrams",
    withService({ servicePorts: [{ port: 5000, name: "http", protocol: "UDP", targetPort: 5000 }] }),
    ["error ISM440 east"],
  ],
  ["services/in-every-cluster", "a headless Service", withService({ headless: true }), ["error ISM440 east"]],
  [
    "services/in-every-cluster",
    "nothing of a headless Service that is not exported",
    { ...withService({ headless: true }), mesh: unexported(healthyFacts().mesh) },
    [],
  ],
  ["services/in-every-cluster", "another port", withService({ ports: [80] }), ["error ISM440 east"]],
  [
    "services/endpoints-kept",
    "EndpointSlices that nobody keeps",
    withService({ selector: {}, abandonedSlices: ["helloworld-x"] }),
    ["error ISM850 east"],
  ],
  ["services/endpoints-kept", "calls that stay on their node", withService({ nodeLocal: true }), ["error ISM850 east"]],
  [
    "services/ports-alike",
    "HTTP/2 in one of two clusters",
    withService({
      servicePorts: [{ port: 5000, name: "http", appProtocol: "kubernetes.io/h2c", protocol: "TCP", targetPort: 5000 }],
    }),
    ["warning ISM851 east"],
  ],
  [
    "services/ports-alike",
    "nothing where Istio finds the protocol out itself",
    withService({ servicePorts: [{ port: 5000, name: "web", protocol: "TCP", targetPort: 5000 }] }),
    [],
  ],
  [
    "services/ports-alike",
    "a port that the pods do not name, beside another cluster's",
    withService({ servicePorts: [{ port: 5000, name: "http", protocol: "TCP", targetPort: 5999 }] }),
    ["error ISM852 east"],
  ],
  ["services/endpoints-kept", "nothing in a Service without a selector", withService({ selector: {} }), []],
  ["services/versions-run", "no ready pod", withService({ podsOf: { v1: [], v2: [] } }), ["error ISM441 east"]],
  [
    "services/drained",
    "a drain that is done",
    drained("sample/helloworld", "all")(healthyFacts()),
    ["warning ISM610 east"],
  ],
  ["services/drained", "half of one", drained("sample/helloworld", "callers")(healthyFacts()), ["warning ISM609 east"]],
  ["services/sidecars", "a pod without one", withService({ withoutSidecar: ["helloworld-x"] }), ["error ISM442 east"]],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("services", table), "each of these needs one").toEqual([]);
});

describe("pods without a sidecar", () => {
  const bare = [{ pod: "hello-1", deployment: "hello" }, { pod: "hello-db-0" }];
  const names = bare.map(({ pod }) => pod);

  it("are made anew by their own Deployments, and by whoever else made them", () => {
    expect(sidecarFindings(withService({ withoutSidecar: names, bare }))[0]?.commands).toEqual([
      "kubectl --context isthmus-east -n sample rollout restart deployment hello",
      "kubectl --context isthmus-east -n sample delete pod hello-db-0",
    ]);
  });

  it("get none where no webhook is for the revision that their namespace asks for", () => {
    const facts = withCluster("east", (one) => ({
      istiod: { ...one.istiod, revisions: ["default", "stable"] },
      namespaces: one.namespaces.map((space) =>
        space.name === "sample" ? { ...space, labels: { "istio.io/rev": "canary" } } : space,
      ),
      services: one.services.map((service) => ({ ...service, withoutSidecar: names, bare })),
    }));
    const [found] = sidecarFindings(facts);
    expect(found?.detail).toContain(
      "asks for revision canary (istio.io/rev), and the cluster's injection webhooks are for default, stable",
    );
    expect(found?.commands?.[0]).toContain("isthmus apply");
  });

  it("get none on their node's network", () => {
    const onHost = [{ pod: "hello-1", deployment: "hello", hostNetwork: true }] as const;
    const [found] = sidecarFindings(withService({ withoutSidecar: ["hello-1"], bare: onHost }));
    expect(found?.detail).toContain("is on the node's network (hostNetwork)");
    expect(found?.commands).toEqual([expect.stringContaining("patch deployment hello --type=merge -p")]);
  });
});

it("says what it keeps in an annotation that leads calls past a sidecar, and what it takes out", () => {
  const facts = withBypass("traffic.sidecar.istio.io/excludeOutboundPorts", "5432, 5000", { endpoints: [] });
  const [found] = findingsOf("services/calls-past-sidecars", facts);
  expect(found?.detail).toBe(
    "Pods of Deployment sample/client of east call past their sidecar, by annotation traffic.sidecar.istio.io/excludeOutboundPorts (5432, 5000): sample/helloworld (port 5000), which has pods in west alone, so that they are refused. Such a call goes in clear text to pods of its own cluster alone: no route, no weight and no failover counts for it.",
  );
  expect(found?.commands).toEqual([
    `kubectl --context isthmus-east -n sample patch deployment client --type=merge -p '{"spec":{"template":{"metadata":{"annotations":{"traffic.sidecar.istio.io/excludeOutboundPorts":"5432"}}}}}'`,
  ]);
});

it("counts the pods that do not name the port to which a Service leads, where others do", () => {
  const odd = withService({ servicePorts: [{ port: 5000, name: "http", protocol: "TCP", targetPort: 5999 }] });
  const pods = (reachedIn(odd).pods ?? []).flatMap((pod) =>
    pod.labels["app"] === "helloworld"
      ? [pod, { ...pod, name: "newer", ports: [...pod.ports, { port: 5999, protocol: "TCP" }] }]
      : [pod],
  );
  const facts = changeCluster(odd, { pods });
  expect(findingsOf("services/ports-alike", facts).map(({ detail }) => detail)).toEqual([
    expect.stringContaining(
      "which 1 of 2 do not name (helloworld-v2 names 5000), and to 5000 in west, which all of them do",
    ),
  ]);
});

it("tells a Service that leads to a port which ready pods do not name from pods that are not ready", () => {
  const facts = withService({
    podsOf: { v2: [] },
    servicePorts: [{ port: 5000, protocol: "TCP", targetPort: "web" }],
  });
  const [found] = findingsOf("services/versions-run", facts);
  expect(found?.detail).toBe(
    "Version v2 of sample/helloworld has no endpoint in east: port 5000 of Service sample/helloworld leads to the pods' port web, and helloworld-v2, which is ready, names no port.",
  );
  const named = changeCluster(facts, {
    pods: withService({}).clusters.flatMap((one) =>
      one.kind === "reached" && one.cluster === "east"
        ? one.pods.map((pod) => ({ ...pod, ports: [{ name: "web", port: 5000, protocol: "TCP" }] }))
        : [],
    ),
  });
  expect(findingsOf("services/versions-run", named)[0]?.detail).toContain("has no ready pod in east");
});

it("has a pod made again whose sidecar alone is not ready", () => {
  const pod = "helloworld-v2";
  const words = `pod ${pod}: container istio-proxy runs, but is not ready (readiness probe)`;
  const { services = [] } = reachedIn(withService({ podsOf: { v1: [], v2: [] } }));
  const foundWith = (why: string, owner: PodFacts["owner"]): Finding | undefined =>
    findingsOf(
      "services/versions-run",
      withCluster("east", ({ pods }) => ({
        services,
        hindered: [hindered(why)],
        pods: pods.map(({ owner: _former, ...one }) => ({ ...one, ...(owner === undefined ? {} : { owner }) })),
      })),
    )[0];
  const owner = { kind: "Deployment", name: "helloworld-v2" };
  const found = foundWith(words, owner);
  expect(found?.detail).toContain(`has no ready pod in east (version=v2): ${words}. Its sidecar`);
  expect(found?.commands).toEqual([`kubectl --context isthmus-east -n sample delete pod ${pod}`]);
  expect(foundWith(words, undefined)?.commands).toBeUndefined();
  const starting = `pod ${pod}: container istio-proxy has not passed its startup probe`;
  expect(foundWith(starting, owner)?.fix).toContain(`logs ${pod} -c istio-proxy`);
  expect(foundWith(starting, owner)?.commands).toBeUndefined();
  const crashing = `pod ${pod}: container web keeps crashing (CrashLoopBackOff)`;
  expect(foundWith(crashing, owner)?.detail).toContain(crashing);
  expect(foundWith(crashing, owner)?.commands).toBeUndefined();
});
