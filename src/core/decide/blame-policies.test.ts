import { describe, expect, it } from "vitest";
import type { Finding } from "../checks/check.ts";
import { problem, warning } from "../checks/check.ts";
import { callsTo, plainIngress, requestsTo, wayToIstiod } from "../checks/subjects.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../diagnostics/coded.ts";
import { blameClosedProofs, blamePolicies, blameProxies } from "./blame-policies.ts";
import type { RouteProof } from "./proof.ts";

const failed: Diagnostic = {
  ...errorOf("ISM403"),
  detail: "359 of 400",
  fix: "Look at the gateway's log",
  cluster: "west",
};

function proof(reason: string, diagnostics: readonly Diagnostic[] = [failed]): RouteProof {
  return {
    cluster: "west",
    via: "ingress",
    service: "helloworld",
    namespace: "sample",
    route: "helloworld",
    state: "failed",
    ok: false,
    url: "http://172.30.17.2/hello",
    endpoints: [],
    requests: 400,
    attempts: 1,
    statuses: {},
    failures: [{ reason, count: 359 }],
    weights: [],
    unattributed: 0,
    diagnostics,
  };
}

function closed(breaks: NonNullable<Finding["breaks"]>): Finding {
  return problem("ISM448", {
    detail: "NetworkPolicy sample/deny-all of east closes what no policy admits",
    fix: "Whoever wrote the policy has to decide",
    cluster: "east",
    object: { group: "networking.k8s.io", kind: "NetworkPolicy", namespace: "sample", name: "deny-all" },
    breaks,
  });
}

const clusters = ["west", "east"];
const reset = "status 503 of the mesh itself: upstream connect error";
const codesOf = (one: RouteProof): readonly string[] => one.diagnostics.map(({ code }) => code);

describe("requests that failed", () => {
  it("are laid at the door of the policy that closes their way, in whichever cluster it is", () => {
    const blamed = blamePolicies(proof(reset), [closed([requestsTo("east", "sample/helloworld")])], clusters);
    expect(codesOf(blamed)).toEqual(["ISM448", "ISM403"]);
    expect(blamed.diagnostics[1]?.fix).toContain("sample/deny-all of east");
    expect(blamed.diagnostics[0]).not.toHaveProperty("breaks");
  });

  it("are so where a gateway's own way is closed, which has no service's name", () => {
    expect(codesOf(blamePolicies(proof(reset), [closed([])], clusters))).toEqual(["ISM448", "ISM403"]);
  });

  const others: readonly (readonly [string, RouteProof, Finding])[] = [
    ["a policy closes the way to another service", proof(reset), closed([requestsTo("east", "sample/prices")])],
    ["a policy closes something else", proof(reset), closed([wayToIstiod("east")])],
    [
      "the application itself answered so",
      proof("status 404 of the application"),
      closed([requestsTo("east", "sample/helloworld")]),
    ],
  ];
  it.each(others)("are not where %s", (_, one, finding) => {
    expect(blamePolicies(one, [finding], clusters)).toEqual(one);
  });

  it("say nothing of policies where none failed", () => {
    const good = { ...proof(reset, []), failures: [] };
    expect(blamePolicies(good, [closed([])], clusters)).toEqual(good);
  });
});

it("lays what failed inside at the door of the object that decides over it in the callers' sidecars", () => {
  const object = { group: "networking.istio.io", kind: "VirtualService", namespace: "default", name: "by-hand" };
  const found = problem("ISM564", {
    detail: "answered with 503 by fault injection",
    cluster: "west",
    object,
    breaks: [callsTo("west", "sample/helloworld")],
  });
  const reason = "status 503 of the mesh itself: fault filter abort";
  const blamed = blameProxies({ ...proof(reason), via: "mesh" }, [found]);
  expect(codesOf(blamed)).toEqual(["ISM564", "ISM403"]);
  expect(blamed.diagnostics[1]?.fix).toBe(
    "VirtualService default/by-hand of west decides over these requests: do what its finding says, then run isthmus verify again.",
  );
  // What is asked at the ingress goes by other proxies, and another cluster by others again.
  expect(codesOf(blameProxies(proof(reason), [found]))).toEqual(["ISM403"]);
  expect(codesOf(blameProxies({ ...proof(reason), via: "mesh", cluster: "east" }, [found]))).toEqual(["ISM403"]);
  const limit = { ...found, breaks: [plainIngress("west")] };
  expect(codesOf(blameProxies(proof("status 429 of the mesh itself"), [limit]))).toEqual(["ISM564", "ISM403"]);
});

describe("a proof from inside", () => {
  const finding = warning("ISM558", {
    detail: "NetworkPolicy shop/default-deny of west closes what no policy admits",
    fix: "This admits what is closed here and nothing else",
    cluster: "west",
    object: { group: "networking.k8s.io", kind: "NetworkPolicy", namespace: "shop", name: "default-deny" },
  });
  const toProofs = [{ proves: ["sample/helloworld"], finding }];
  const unasked: Diagnostic = {
    ...warningOf("ISM570"),
    detail: "Nothing was asked from inside the mesh",
    fix: "Remove what is named",
    cluster: "west",
    object: { group: "", kind: "Pod", namespace: "sample", name: "isthmus-probe-1" },
  };
  const unproven: RouteProof = { ...proof("", [unasked]), via: "ingress", state: "notProven", failures: [] };

  it("has the policy first that closes the way of the pod that asks, and its fix is that of the policy", () => {
    const blamed = blameClosedProofs(unproven, toProofs);
    expect(codesOf(blamed)).toEqual(["ISM558", "ISM570"]);
    expect(blamed.diagnostics[1]?.fix).toContain("shop/default-deny closes what the pod that asks needs");
  });

  it("has it first as well where the pod was asked by, and its requests failed", () => {
    expect(codesOf(blameClosedProofs({ ...proof(reset), via: "mesh" }, toProofs))).toEqual(["ISM558", "ISM403"]);
  });

  it.each<readonly [string, RouteProof]>([
    ["of another cluster", { ...unproven, cluster: "east" }],
    ["of another service", { ...unproven, service: "prices" }],
    [
      "whose pod a quota has refused",
      (({ object: _unmade, ...refused }) => ({ ...unproven, diagnostics: [refused] }))(unasked),
    ],
    ["from a pod of somebody's", { ...proof(reset), via: "mesh", from: "shop/client-1" }],
    ["at the ingress", proof(reset)],
    ["that is as asked", { ...proof(reset, []), via: "mesh", failures: [] }],
  ])("is not laid at its door %s", (_, one) => {
    expect(blameClosedProofs(one, toProofs)).toEqual(one);
  });
});
