import fc from "fast-check";
import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Labels } from "../model/labels.ts";
import type { PolicyPeer, PolicyPodPort, Protocol } from "../policies/policy-pod.ts";
import { protocols } from "../policies/policy-pod.ts";

/** A small cluster by chance, in the form in which an API server stores it. */
export interface PolicyCase {
  readonly namespaces: readonly { readonly name: string; readonly labels: Labels }[];
  readonly pods: readonly CasePod[];
  /** Addresses that belong to no pod. */
  readonly outside: readonly string[];
  readonly policies: readonly KubeObject[];
}

interface CasePod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly address: string;
  readonly ports: readonly PolicyPodPort[];
}

/** Where every pair of ends is asked. */
export const caseProbes: readonly { readonly port: number; readonly protocol: Protocol }[] = protocols.flatMap(
  (protocol) => [79, 80, 81].map((port) => ({ port, protocol })),
);

/** Pods, then outside addresses. */
export function endsOfCase({ namespaces, pods, outside }: PolicyCase): readonly PolicyPeer[] {
  const labelsOf = new Map(namespaces.map(({ name, labels }) => [name, labels]));
  return [
    ...pods.map(({ address, ...pod }): PolicyPeer => ({
      kind: "pod",
      pod: { ...pod, namespaceLabels: labelsOf.get(pod.namespace) ?? {}, addresses: [address], hostNetwork: false },
    })),
    ...outside.map((address): PolicyPeer => ({ kind: "outside", address })),
  ];
}

/**
 * Clusters of seven pods in three namespaces with up to five policies of every
 * shape that an API server stores. `plain` leaves out `NotIn` and empty values
 * of labels, which cyclonus takes otherwise than Kubernetes. Pods in the
 * node's network and several addresses of a pod are not made: engines have no
 * common answer for them.
 */
export function arbitraryPolicyCase({ plain }: { readonly plain: boolean }): fc.Arbitrary<PolicyCase> {
  const values = plain ? ["a", "b", "c"] : ["a", "b", ""];
  const labels = fc
    .record({ app: fc.constantFrom(...values, undefined), tier: fc.constantFrom(...values, undefined) })
    .map(withoutMissing);
  const selector = arbitrarySelector(values, plain);
  return fc.boolean().chain((six) =>
    fc.record({
      namespaces: fc
        .tuple(labels, labels, labels)
        .map((all) => all.map((one, index) => ({ name: spaces[index] ?? "", labels: one }))),
      pods: fc
        .array(fc.record({ namespace: space, labels, ports: podPorts }), { minLength: 7, maxLength: 7 })
        .map((all) =>
          all.map((pod, index) => ({
            ...pod,
            name: `p${index}`,
            address: `${six ? "fd00:1::" : "10.1.0."}${index + 1}`,
          })),
        ),
      outside: fc.constant(six ? ["2001:db8::1", "2001:db8:1::7"] : ["192.0.2.1", "198.51.100.7"]),
      policies: fc
        .array(arbitraryPolicy(selector, six), { minLength: 1, maxLength: 5 })
        .map((all) => all.map((policy, index) => named(policy, `np${index}`))),
    }),
  );
}

const spaces = ["x", "y", "z"];
const space = fc.constantFrom(...spaces);
const portNames = ["web", "met", "dns"];

/** Unique by name, and by number and protocol, as a pod's are. */
const podPorts = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom(...portNames),
      port: fc.integer({ min: 80, max: 82 }),
      protocol: fc.constantFrom(...protocols),
    }),
    { maxLength: 3, selector: ({ name }) => name },
  )
  .map((ports) => [...new Map(ports.map((one) => [`${one.port}/${one.protocol}`, one])).values()]);

function arbitrarySelector(values: readonly string[], plain: boolean): fc.Arbitrary<Json> {
  const key = fc.constantFrom("app", "tier");
  const some = fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
  const among = fc.record({ key, operator: fc.constantFrom("In", ...(plain ? [] : ["NotIn"])), values: some });
  const there = fc.record({ key, operator: fc.constantFrom("Exists", "DoesNotExist") });
  return fc
    .record({
      matchLabels: fc.option(
        fc.tuple(key, fc.constantFrom(...values)).map(([one, value]) => ({ [one]: value })),
        { freq: 2, nil: undefined },
      ),
      matchExpressions: fc.option(fc.array(fc.oneof(among, there), { minLength: 1, maxLength: 2 }), {
        freq: 2,
        nil: undefined,
      }),
    })
    .map(withoutMissing);
}

function arbitraryPeer(selector: fc.Arbitrary<Json>, six: boolean): fc.Arbitrary<Json> {
  const blocks: readonly Json[] = six
    ? [
        { cidr: "fd00:1::/64" },
        { cidr: "fd00:1::/64", except: ["fd00:1::2/127", "fd00:1::6/128"] },
        { cidr: "::/0", except: ["fd00::/8"] },
        { cidr: "2001:db8::1/128" },
      ]
    : [
        { cidr: "10.1.0.0/16" },
        { cidr: "10.1.0.0/16", except: ["10.1.0.2/31", "10.1.0.6/32"] },
        { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] },
        { cidr: "192.0.2.1/32" },
      ];
  return fc.oneof(
    fc.constantFrom(...blocks).map((ipBlock): Json => ({ ipBlock })),
    selector.map((podSelector): Json => ({ podSelector })),
    selector.map((namespaceSelector): Json => ({ namespaceSelector })),
    fc.record({ podSelector: selector, namespaceSelector: selector }),
  );
}

const arbitraryPort: fc.Arbitrary<Json> = fc
  .record({
    protocol: fc.constantFrom(...protocols, undefined),
    port: fc.constantFrom<number | string | undefined>(79, 80, 81, ...portNames, undefined),
    length: fc.constantFrom<number | undefined>(0, 1, 2, undefined),
  })
  .map(({ protocol, port, length }) =>
    withoutMissing({
      protocol,
      port,
      endPort: typeof port === "number" && length !== undefined ? port + length : undefined,
    }),
  );

interface WirePolicy {
  readonly namespace: string;
  readonly spec: Json;
}

function arbitraryPolicy(selector: fc.Arbitrary<Json>, six: boolean): fc.Arbitrary<WirePolicy> {
  const rules = (side: "from" | "to"): fc.Arbitrary<Json | undefined> =>
    fc.option(
      fc.array(
        fc
          .record({
            peers: fc.option(fc.array(arbitraryPeer(selector, six), { maxLength: 2 }), { nil: undefined }),
            ports: fc.option(fc.array(arbitraryPort, { maxLength: 2 }), { nil: undefined }),
          })
          .map(({ peers, ports }) => withoutMissing({ [side]: peers, ports })),
        { maxLength: 2 },
      ),
      { nil: undefined },
    );
  return fc
    .record({
      namespace: space,
      podSelector: selector,
      policyTypes: fc.constantFrom<Json | undefined>(undefined, ["Ingress"], ["Egress"], ["Ingress", "Egress"]),
      ingress: rules("from"),
      egress: rules("to"),
    })
    .map(({ namespace, ...spec }) => ({ namespace, spec: withoutMissing(spec) }));
}

function named({ namespace, spec }: WirePolicy, name: string): KubeObject {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { namespace, name }, spec };
}

function withoutMissing<Value>(fields: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Value] => entry[1] !== undefined));
}
