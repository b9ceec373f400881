import type { Json } from "../model/kube-object.ts";
import type { CheckedService, Finding } from "./finding.ts";

type Fields = Readonly<Record<string, Json | undefined>>;

/**
 * NetworkPolicies that mean something else than they look like, by what an API
 * server stores: an item of a list whose content is commented out is an empty
 * rule, which is for everybody.
 * https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
 */
export function checkPolicyShape({ manifests }: CheckedService): readonly Finding[] {
  return manifests
    .filter(({ apiVersion, kind }) => apiVersion === "networking.k8s.io/v1" && kind === "NetworkPolicy")
    .flatMap((object) =>
      problemsOf(fieldsOf(object["spec"] as Json | undefined)).map(({ severity, detail, fix }): Finding => ({
        code: "ISM562",
        severity,
        object,
        detail: `NetworkPolicy ${object.metadata.name} ${detail}`,
        fix,
      })),
    );
}

type Problem = Pick<Finding, "severity" | "detail" | "fix">;

function problemsOf(spec: Fields): readonly Problem[] {
  const types = listOf(spec["policyTypes"]);
  const rules = (["ingress", "egress"] as const).flatMap((direction) => listOf(spec[direction]));
  const peers = rules.flatMap((rule) => ["from", "to"].flatMap((side) => listOf(fieldsOf(rule)[side])));
  return [
    ...(rules.some((rule) => rule === null)
      ? [
          warning(
            "has a rule without content, which is for everybody at all ports.",
            "Delete the rule, write {} where that is meant, or write whom it is for.",
          ),
        ]
      : []),
    ...(Array.isArray(spec["egress"]) && spec["egress"].length === 0 && types.length === 0
      ? [
          warning(
            "has an empty list of egress and no policyTypes, which closes nothing on the way out.",
            "Write policyTypes: [Egress], with Ingress where that is to be closed too.",
          ),
        ]
      : []),
    ...(spec["podSelector"] === undefined || spec["podSelector"] === null
      ? [
          warning(
            "has no podSelector, and so is for every pod of its namespace.",
            "Write podSelector: {} where that is meant, or the labels of the pods.",
          ),
        ]
      : []),
    ...(peers.some((peer) => Object.keys(fieldsOf(peer)).length === 0)
      ? [
          {
            severity: "error",
            detail: "has a peer without content, which API servers refuse.",
            fix: "Write podSelector, namespaceSelector or ipBlock, or leave the list out for everybody.",
          } as const,
        ]
      : []),
  ];
}

function warning(detail: string, fix: string): Problem {
  return { severity: "warning", detail, fix };
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function fieldsOf(value: Json | undefined): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
