import { runsOfToday } from "../../../test/part-of-today.ts";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Json } from "../model/kube-object.ts";
import { isInBlock } from "../policies/address-block.ts";
import { compilePolicies, judgeSide } from "../policies/network-policy.ts";
import { policyFactsOf } from "../policies/policy-facts-of.ts";
import type { PolicyPod } from "../policies/policy-pod.ts";
import { familyOf } from "../policies/policy-pod.ts";
import type { ChangedRange, OutsideRange } from "./outside-change.ts";
import { outsideChange } from "./outside-change.ts";
import { allPorts, outsideRules } from "./outside-rules.ts";

const pod: PolicyPod = {
  namespace: "shop",
  name: "web",
  labels: {},
  namespaceLabels: {},
  addresses: ["10.42.0.1", "fd00::1"],
  hostNetwork: false,
  ports: [{ name: "http", port: 80, protocol: "TCP" }],
};

const blocks = [
  "0.0.0.0/0",
  "0.0.0.0/1",
  "128.0.0.0/1",
  "10.0.0.0/8",
  "10.0.0.0/9",
  "10.1.0.0/16",
  "::/0",
  "2001:db8::/32",
];
const addresses = ["10.0.0.1", "10.1.0.1", "10.200.0.1", "11.0.0.1", "192.0.2.1", "2001:db8::1", "2001:db9::1"];
const probed = [1, 79, 80, 81, 443, 8000, 8080, 65_535].flatMap((port) => [
  { port, protocol: "TCP" as const },
  { port, protocol: "UDP" as const },
]);

const peer: fc.Arbitrary<Json> = fc.oneof(
  fc.record({
    ipBlock: fc.record({ cidr: fc.constantFrom(...blocks), except: fc.subarray(["10.1.0.0/16", "10.0.0.0/9"]) }),
  }),
  fc.constant<Json>({ podSelector: {} }),
);
const port: fc.Arbitrary<Json> = fc.constantFrom<Json>(
  { port: 80 },
  { port: "http" },
  { port: 443, protocol: "UDP" },
  { port: 80, endPort: 8080 },
  { protocol: "UDP" },
);
const rule = (side: string): fc.Arbitrary<Json> =>
  fc.record({ [side]: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 2 }) });
const policies = fc.array(
  fc.record({
    podSelector: fc.constant<Json>({}),
    policyTypes: fc.constant<Json>(["Ingress", "Egress"]),
    ingress: fc.array(rule("from"), { maxLength: 2 }),
    egress: fc.array(rule("to"), { maxLength: 2 }),
  }),
  { maxLength: 2 },
);

function setOf(specs: readonly Json[]) {
  return compilePolicies(
    specs.map((spec, index) =>
      policyFactsOf({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { namespace: "shop", name: `p${index}` },
        spec,
      }),
    ),
  );
}

/** As a person reads it: the narrowest block around the address counts. */
function isIn(range: OutsideRange, address: string, at: { readonly port: number; readonly protocol: string }): boolean {
  const around = [
    ...(range.everywhere ? ["0.0.0.0/0", "::/0"] : []).map((block) => ({ block, is: true })),
    ...range.blocks.map((block) => ({ block, is: true })),
    ...range.but.map((block) => ({ block, is: false })),
  ].filter(({ block }) => isInBlock(address, block));
  const narrowest = around.toSorted((one, other) => lengthOf(other.block) - lengthOf(one.block))[0];
  return (
    narrowest?.is === true &&
    range.ports.some(({ protocol, from, to }) => protocol === at.protocol && from <= at.port && to >= at.port)
  );
}

function lengthOf(block: string): number {
  return Number(block.split("/")[1]);
}

it("tells exactly what opens and closes, as the rules decide address by address and port by port", () => {
  fc.assert(
    fc.property(policies, policies, fc.constantFrom("ingress", "egress"), (specsBefore, specsAfter, direction) => {
      const [before, after] = [setOf(specsBefore), setOf(specsAfter)];
      const change = outsideChange({
        before: outsideRules(before, pod, direction),
        after: outsideRules(after, pod, direction),
        ports: allPorts,
        families: ["IPv4", "IPv6"],
      });
      const told = (ranges: readonly ChangedRange[], address: string, at: (typeof probed)[number]): boolean =>
        ranges.some((range) => isIn(range, address, at) && !range.except.some((one) => isIn(one, address, at)));
      const wrong = addresses.flatMap((address) =>
        probed
          .filter((at) => {
            const asked = {
              pod,
              direction,
              peer: { kind: "outside", address },
              family: familyOf(address),
              ...at,
            } as const;
            const [was, is] = [judgeSide(before, asked).open, judgeSide(after, asked).open];
            return (
              told(change.opens, address, at) !== (!was && is) || told(change.closes, address, at) !== (was && !is)
            );
          })
          .map((at) => ({ address, ...at })),
      );
      expect(wrong).toEqual([]);
    }),
    { numRuns: runsOfToday(200) },
  );
});

it("asks addresses of the pods' own families only, and needs no words where blocks say the same otherwise", () => {
  const halves = setOf([
    { podSelector: {}, ingress: [{ from: ["0.0.0.0/1", "128.0.0.0/1"].map((cidr) => ({ ipBlock: { cidr } })) }] },
  ]);
  const question = {
    before: outsideRules(halves, pod, "ingress"),
    after: outsideRules(setOf([]), pod, "ingress"),
    ports: [{ protocol: "TCP", from: 80, to: 80 }],
  } as const;
  expect(outsideChange({ ...question, families: ["IPv4"] })).toEqual({ opens: [], closes: [] });
  expect(outsideChange({ ...question, families: ["IPv4", "IPv6"] }).opens).toMatchObject([
    { everywhere: false, blocks: ["::/0"], but: [] },
  ]);
});
