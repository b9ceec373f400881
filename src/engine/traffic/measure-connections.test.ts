import { expect, it } from "vitest";
import { versionCluster } from "../../core/proxy/version-cluster.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import type { SplitMeasurement } from "./measure-split.ts";
import { measureConnections } from "./measure-connections.ts";

type Version = "v1" | "v2";

/** What a gateway does with the connection of that number: a version, one of which none comes about, or an end of it. */
interface Behaviour {
  readonly goesTo: (number: number) => Version | "refused" | "closed";
  /** An application that ends what it has got at once. */
  readonly endsAtOnce?: boolean;
  /** Connections of others, counted with ours. */
  readonly others?: number;
}

const [helloworld] = twoClusters.services;

async function measure({ goesTo, endsAtOnce = false, others = 0 }: Behaviour): Promise<SplitMeasurement> {
  if (helloworld === undefined) {
    throw new Error("the mesh has a service");
  }
  const counters = { v1: { given: 700, failed: 3 }, v2: { given: 40, failed: 0 } };
  const { client } = await connectFake({
    api: {
      podResponse: (path) =>
        path.startsWith("/stats")
          ? respond("cluster_manager.cluster_added: 29\n")
          : respond(
              JSON.stringify({
                cluster_statuses: Object.entries(counters).map(([version, { given, failed }]) => ({
                  name: versionCluster(helloworld, version),
                  host_statuses: [
                    {
                      address: { socket_address: { address: "10.42.0.6", port_value: 5000 } },
                      // As Envoy counts connections that it leads on.
                      stats: [
                        { name: "cx_total", value: String(given + failed) },
                        { name: "cx_connect_fail", value: String(failed) },
                        { name: "rq_total", value: String(given) },
                      ],
                    },
                  ],
                })),
              }),
            ),
    },
  });
  return measureConnections(
    {
      client,
      service: helloworld,
      listPods: async () => [{ namespace: "istio-system", name: "ingress-1" }],
      url: "tls://db.example.org:443",
      connections: 40,
      open: async (number) => {
        const place = goesTo(number);
        counters.v2.given += number === 0 ? others : 0;
        if (place === "refused") {
          counters.v1.failed += 1;
        } else if (place !== "closed") {
          counters[place].given += 1;
        }
        const reason = place === "refused" || place === "closed" || endsAtOnce ? "connection closed" : undefined;
        return { broken: () => reason, close: () => {} };
      },
    },
    { signal: new AbortController().signal },
  );
}

function respond(body: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

const fourth = (number: number): Version => (number % 4 === 0 ? "v2" : "v1");

it("counts each connection with the version that it went to", async () => {
  expect(await measure({ goesTo: fourth })).toMatchObject({
    kind: "counted",
    requests: 40,
    attempts: 1,
    answers: { v1: 30, v2: 10 },
    unattributed: 0,
    tally: { answered: 40, failures: [] },
  });
});

it("takes a connection that its application ends for one that came about", async () => {
  expect(await measure({ goesTo: fourth, endsAtOnce: true })).toMatchObject({
    kind: "counted",
    answers: { v1: 30, v2: 10 },
    tally: { unanswered: 0, failures: [] },
  });
});

it("names those that came about nowhere, and knows where the others went", async () => {
  const measured = await measure({ goesTo: (number) => (number < 4 ? "refused" : fourth(number)) });
  expect(measured.tally).toMatchObject({
    answered: 36,
    unanswered: 4,
    failures: [{ reason: "connection closed", count: 4 }],
  });
  const ended = await measure({ goesTo: (number) => (number < 4 ? "closed" : fourth(number)) });
  expect(ended).toMatchObject({ kind: "counted", answers: { v1: 27, v2: 9 }, unattributed: 4 });
});

it("does not know the split where others connect as well", async () => {
  expect(await measure({ goesTo: fourth, others: 7 })).toMatchObject({ kind: "others", attempts: 3 });
});
