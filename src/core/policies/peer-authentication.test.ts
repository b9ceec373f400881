import { expect, it } from "vitest";
import type { PeerAuthenticationFacts } from "../checks/policy-facts.ts";
import { mutualTlsOf } from "./peer-authentication.ts";

const pod = { namespace: "sample", labels: { app: "web", version: "v1" } };

function policy(name: string, change: Partial<PeerAuthenticationFacts>): PeerAuthenticationFacts {
  return { namespace: "sample", name, created: "2026-11-01T00:00:00Z", mode: "STRICT", portModes: {}, ...change };
}

it.each([
  ["nothing", [], "PERMISSIVE", undefined],
  ["the mesh's", [policy("mesh", { namespace: "istio-system" })], "STRICT", "mesh"],
  [
    "the namespace's over the mesh's",
    [policy("mesh", { namespace: "istio-system" }), policy("own", { mode: "DISABLE" })],
    "DISABLE",
    "own",
  ],
  [
    "the mesh's where the namespace's leaves it open",
    [policy("mesh", { namespace: "istio-system" }), policy("own", { mode: "UNSET" })],
    "STRICT",
    "mesh",
  ],
  [
    "that of the pod's labels",
    [policy("own", {}), policy("pods", { selector: { app: "web" }, mode: "DISABLE" })],
    "DISABLE",
    "pods",
  ],
  ["none of other pods", [policy("pods", { selector: { app: "batch" } })], "PERMISSIVE", undefined],
  ["none of another namespace", [policy("other", { namespace: "shop" })], "PERMISSIVE", undefined],
  [
    "the oldest of two",
    [policy("young", { created: "2026-11-02T00:00:00Z" }), policy("old", { mode: "DISABLE" })],
    "DISABLE",
    "old",
  ],
  [
    "that of the port beside labels",
    [policy("pods", { selector: { app: "web" }, portModes: { 8080: "DISABLE" } })],
    "DISABLE",
    "pods",
  ],
  ["not that of the port without labels", [policy("own", { portModes: { 8080: "DISABLE" } })], "STRICT", "own"],
] as const)("what counts is %s", (_, policies, mode, name) => {
  const found = mutualTlsOf(policies, pod, 8080);
  expect([found.mode, found.policy?.name]).toEqual([mode, name]);
});
