import type { Json, KubeObject } from "../../src/core/model/kube-object.ts";
import { compilePolicies } from "../../src/core/policies/network-policy.ts";
import { policyFactsOf } from "../../src/core/policies/policy-facts-of.ts";
import { reachMatrix } from "../../src/core/policies/reach-matrix.ts";
import type { PolicyCase } from "../../src/core/testing/arbitrary-policies.ts";
import { endsOfCase } from "../../src/core/testing/arbitrary-policies.ts";
import { buildOracle } from "../network-policies/oracle.ts";
import type { Figure } from "./measure.ts";
import { median } from "./measure.ts";

const size = { pods: 1000, policies: 200, namespaces: 20 };
const at = { port: 8080, protocol: "TCP" } as const;

/** Processor time of who reaches whom among 1,000 pods under 200 policies, beside the verdicts of cyclonus' library over the same. */
export async function benchPolicies(): Promise<Figure> {
  const one = largeCase();
  let allowed = 0;
  const value = await median(5, async () => {
    const before = process.cpuUsage();
    allowed = countAllowed(one);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  const oracle = await buildOracle();
  try {
    const cyclonus = await oracle.time("cyclonus", { ...one, probes: [at] });
    // Cyclonus asks policies also about a pod's way to itself.
    if (Math.abs(allowed - cyclonus.allowed) > size.pods) {
      throw new Error(`${allowed} connections are open, and ${cyclonus.allowed} by cyclonus`);
    }
    return {
      name: "policies: 1,000 pods by 200, processor time",
      value,
      unit: "s",
      goal: 0.25,
      beside: { name: "cyclonus' verdicts", value: cyclonus.seconds },
    };
  } finally {
    oracle.remove();
  }
}

/** Everything from the objects of an API server to each of the million pairs. */
function countAllowed(one: PolicyCase): number {
  const ends = endsOfCase(one);
  const matrix = reachMatrix(compilePolicies(one.policies.map(policyFactsOf)), ends, at);
  let allowed = 0;
  for (let from = 0; from < ends.length; from += 1) {
    for (let to = 0; to < ends.length; to += 1) {
      allowed += matrix.isOpen(from, to) ? 1 : 0;
    }
  }
  return allowed;
}

/** Namespaces with default deny, and what opens them again: their own pods, teams, named ports, blocks of addresses. */
function largeCase(): PolicyCase {
  const chance = createChance(7);
  const pick = (prefix: string, count: number): string => `${prefix}${chance(count)}`;
  return {
    namespaces: range(size.namespaces).map((index) => ({
      name: `ns${index}`,
      labels: { "kubernetes.io/metadata.name": `ns${index}`, team: `t${index % 5}` },
    })),
    pods: range(size.pods).map((index) => ({
      namespace: `ns${index % size.namespaces}`,
      name: `p${index}`,
      labels: {
        app: `a${Math.floor(index / size.namespaces) % 10}`,
        tier: pick("t", 3),
        version: pick("v", 3),
      },
      address: `10.1.${Math.floor(index / 250)}.${1 + (index % 250)}`,
      ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    })),
    outside: [],
    policies: range(size.policies).map((index) =>
      policy(`ns${index % size.namespaces}`, `q${index}`, specOf(Math.floor(index / size.namespaces) % 5, pick)),
    ),
  };
}

function specOf(kind: number, pick: (prefix: string, count: number) => string): Json {
  const labelled = (key: string, value: string): Json => ({ matchLabels: { [key]: value } });
  const ports: Json = [{ protocol: "TCP", port: 8080 }];
  const team = labelled("team", pick("t", 5));
  switch (kind) {
    case 0:
      return { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
    case 1:
      return {
        podSelector: {},
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [{ podSelector: {} }] }],
        egress: [{ to: [{ podSelector: {} }] }],
      };
    case 2:
      return {
        podSelector: labelled("app", pick("a", 10)),
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ namespaceSelector: team, podSelector: labelled("tier", "t1") }], ports }],
      };
    case 3:
      return {
        podSelector: { matchExpressions: [{ key: "tier", operator: "In", values: ["t0", "t1"] }] },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [{ ipBlock: { cidr: "10.1.0.0/16", except: ["10.1.1.0/24"] } }],
            ports: [{ protocol: "TCP", port: "http" }],
          },
        ],
      };
    default:
      return {
        podSelector: labelled("version", pick("v", 3)),
        policyTypes: ["Egress"],
        egress: [{ to: [{ namespaceSelector: team }], ports }],
      };
  }
}

function policy(namespace: string, name: string, spec: Json): KubeObject {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { namespace, name }, spec };
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** The same numbers in every run: a linear congruential generator (Numerical Recipes, 1992). */
function createChance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}
