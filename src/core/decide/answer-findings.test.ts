import { describe, expect, it } from "vitest";
import { placesOf } from "../checks/gateway-place.ts";
import { compareEndpoints } from "../checks/endpoint-table.ts";
import { clusterNamed } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import type { Measured } from "./answer-findings.ts";
import { findWrongAnswers } from "./answer-findings.ts";
import { findUnheld, findWrongEndpoints } from "./endpoint-findings.ts";
import type { ProofPlace } from "./proof-place.ts";
import { judgeOnePerson } from "./one-person.ts";
import { judgeWeights } from "./weights.ts";

const [service] = twoClusters.services;
const [route] = service?.routes ?? [];

/** The ingress of west; v1 (10 %) runs there, v2 (90 %) in east. */
function place(actual: ProofPlace["actual"] = {}): ProofPlace {
  if (service === undefined || route === undefined) {
    throw new Error("the mesh has a route");
  }
  const contexts = { west: "w", east: "e" };
  return {
    mesh: twoClusters,
    cluster: clusterNamed(twoClusters, "west"),
    via: "ingress",
    contexts,
    file: "my mesh.yaml",
    service,
    route,
    actual,
  };
}

const used = (address: string) => ({ address, idle: "" });
const good = [
  compareEndpoints({ cluster: "west", version: "v1" }, ["10.42.0.6:5000"], [used("10.42.0.6:5000")]),
  compareEndpoints({ cluster: "west", version: "v2" }, ["172.30.2.2:15443"], [used("172.30.2.2:15443")]),
];

function measured(more: Partial<Measured> = {}): Measured {
  return {
    url: "http://172.30.1.1/hello",
    requests: 400,
    attempts: 1,
    kind: "counted",
    seen: 400,
    unattributed: 0,
    takenBy: [],
    tally: { answered: 400, unanswered: 0, failures: [] },
    details: [],
    ...more,
  };
}

function judged(v1: number, v2: number, unattributed = 0) {
  const counts = [
    { version: "v1", answers: v1, asked: 10 },
    { version: "v2", answers: v2, asked: 90 },
  ];
  return judgeWeights(counts, 0.001, unattributed);
}

const codesOf = (found: readonly { readonly code: string; readonly severity: string }[]): readonly string[] =>
  found.map((one) => `${one.severity} ${one.code}`);

describe("what requests show", () => {
  const noUpstream = { reason: "status 503 of the mesh itself: no healthy upstream", count: 40 };
  const tally = { answered: 360, unanswered: 40, failures: [noUpstream] };
  it.each([
    ["nothing, when all was answered as asked", measured(), judged(40, 360), []],
    ["wrong weights", measured(), judged(200, 200), ["error ISM401"]],
    [
      "failed requests and not wrong weights, when the failed ones can be the difference",
      measured({ tally, unattributed: 40 }),
      judged(0, 360, 40),
      ["error ISM403"],
    ],
    [
      "both, when they cannot",
      measured({ tally, unattributed: 40 }),
      judged(200, 160, 40),
      ["error ISM403", "error ISM401"],
    ],
    ["another route, when something else answered", measured({ kind: "elsewhere", seen: 300 }), [], ["error ISM406"]],
    [
      "failed requests and no other route, when those that failed can be the answers that are missing",
      measured({ kind: "elsewhere", seen: 330, tally }),
      [],
      ["error ISM403"],
    ],
    [
      "both, when more answers are missing than requests failed",
      measured({ kind: "elsewhere", seen: 300, tally }),
      [],
      ["error ISM403", "error ISM406"],
    ],
    ["nothing that is known, when others asked", measured({ kind: "others", seen: 900 }), [], ["warning ISM407"]],
    ["nothing that is known, when counters began anew", measured({ kind: "restarted" }), [], ["warning ISM407"]],
    [
      "nothing that is known, when no pod of the gateway was found",
      measured({ kind: "unwatched" }),
      [],
      ["warning ISM407"],
    ],
    [
      "nothing that is known, when answers have no version",
      measured({ unattributed: 400 }),
      judged(0, 0, 400),
      ["warning ISM407"],
    ],
  ])("is %s", (_, one, weights, codes) => {
    expect(codesOf(findWrongAnswers(place(), good, one, weights))).toEqual(codes);
  });

  it("names the version that nothing can answer for as the cause of failed requests", () => {
    const empty = [good[1], compareEndpoints({ cluster: "west", version: "v1" }, [], [])].flatMap((one) => one ?? []);
    const [found] = findWrongAnswers(place(), empty, measured({ tally, unattributed: 40 }), judged(0, 360, 40));
    expect(found?.detail).toContain("Nothing can answer for v1 (asked 10 %)");
  });
});

describe("requests of one person", () => {
  const counts = (v1: number, v2: number) =>
    judgeOnePerson(
      [
        { version: "v1", answers: v1, asked: 10 },
        { version: "v2", answers: v2, asked: 90 },
      ],
      0.001,
      0,
    );

  it("do not fail a split that they cannot show", () => {
    const [finding, ...more] = findWrongAnswers(place(), good, measured({ person: "cookie id" }), counts(400, 0));
    expect([finding?.code, finding?.severity, more]).toEqual(["ISM407", "warning", []]);
    expect(finding?.detail).toContain("split not proven: all requests of route");
    expect(finding?.detail).toContain("of one person (sessions: cookie id)");
  });

  it("fail where the person sees both versions", () => {
    const [finding] = findWrongAnswers(place(), good, measured({ person: "cookie id" }), counts(40, 360));
    expect([finding?.code, finding?.severity]).toEqual(["ISM401", "error"]);
    expect(finding?.detail).toContain("one person (cookie id), who belongs to one version");
  });
});

describe("wrong endpoints", () => {
  const actual = {
    west: {
      podsOf: { v1: [], v2: [] },
      gateways: placesOf({ addresses: ["172.30.1.2"], port: 15443 }),
      servicePorts: [5000],
    },
    east: {
      podsOf: { v1: [], v2: ["10.42.0.7:5000"] },
      gateways: placesOf({ addresses: ["172.30.2.2"], port: 15443 }),
      servicePorts: [5000],
    },
  };
  const empty = compareEndpoints({ cluster: "west", version: "v1" }, [], []);

  it("say where no pod is ready, and give a command that is right as it stands", () => {
    const [found] = findWrongEndpoints(place(actual), [empty]);
    expect(found?.detail).toContain("no pod of it is ready in west, and its 10 % of the requests fail");
    expect(found?.fix).toContain("kubectl --context w -n sample get pods");
    expect(found?.fix).toContain("isthmus shift helloworld v1=0 v2=100 -f 'my mesh.yaml' -n sample --route helloworld");
  });

  it("are none of a version that runs nowhere and gets nothing", () => {
    const { route: asked, ...rest } = place(actual);
    const without = asked === undefined ? rest : { ...rest, route: { ...asked, weights: { v1: 0, v2: 100 } } };
    expect(findWrongEndpoints(without, [empty])).toEqual([]);
  });

  it("are a Service without the port, where that is why", () => {
    const other = { ...actual, east: { ...actual.east, servicePorts: [80, 443] } };
    expect(findWrongEndpoints(place(other), [empty]).map((one) => [one.code, one.cluster])).toEqual([
      ["ISM409", "east"],
    ]);
  });
});

describe("of callers inside the mesh", () => {
  const inside: ProofPlace = { ...place(), via: "mesh" };

  it("requests that failed are not blamed on the ingress gateway, nor looked for in its log", () => {
    const noRoute = { reason: "status 404 of the sidecar itself: no route there takes the request", count: 400 };
    const broken = { reason: "connection reset", count: 400 };
    const found = [noRoute, broken].flatMap((failure) => {
      const tally = { answered: 0, unanswered: 400, failures: [failure] };
      return findWrongAnswers(inside, good, measured({ tally, unattributed: 400 }), judged(0, 0, 400));
    });
    expect(found.map(({ code, detail }) => [code, detail.startsWith("From inside west, of 400 requests")])).toEqual([
      ["ISM403", true],
      ["ISM403", true],
    ]);
    expect(found[0]?.fix).toContain("isthmus plan");
    expect(found[1]?.fix).toContain("logs POD -c istio-proxy");
    expect(JSON.stringify(found)).not.toMatch(/ingress/);
  });

  it("a version that their sidecars do not hold is an error, with a Sidecar object as a cause", () => {
    const unheld = compareEndpoints({ cluster: "west", version: "v2" }, ["172.30.2.2:15443"], undefined);
    expect(codesOf(findUnheld(inside, [unheld]))).toEqual(["error ISM402"]);
    expect(findUnheld(inside, [unheld])[0]?.detail).toContain("a Sidecar object keeps it from callers");
  });
});
