import { expect, it } from "vitest";
import { twoClusters } from "../testing/two-clusters.ts";
import { trustDomainOf } from "./trust-domain.ts";

it.each([
  ["cluster.local, where nobody says otherwise", undefined, "cluster.local"],
  ["meshConfig's", { meshConfig: { trustDomain: "corp.example" } }, "corp.example"],
  ["the charts' older value", { global: { trustDomain: "old.example" } }, "old.example"],
  ["meshConfig's before the older value", { meshConfig: { trustDomain: "a" }, global: { trustDomain: "b" } }, "a"],
  ["cluster.local where it is no text", { meshConfig: { trustDomain: 1 } }, "cluster.local"],
])("is %s", (_, values, expected) => {
  expect(trustDomainOf({ istio: { ...twoClusters.istio, ...(values === undefined ? {} : { values }) } })).toBe(
    expected,
  );
});
