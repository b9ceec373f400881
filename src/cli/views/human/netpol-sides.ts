import type { Exemption, SideVerdict } from "../../../core/policies/network-policy.ts";
import type { FamilyReach } from "../../../core/policies/reach.ts";

const exemptions: Readonly<Record<Exemption, string>> = {
  "host-network": "the pod is in its node's network, where policies are commonly not enforced",
  ended: "the pod has ended",
  itself: "a pod reaches itself always",
  node: "a node reaches its own pods always",
};

/** What one end's policies say, in words: "sample/np-web, rule 2", "no policy selects it". */
export function describeSide({ open, unsure, exempt, isolating, admitting }: SideVerdict): string {
  if (exempt !== undefined) {
    return exemptions[exempt];
  }
  if (isolating.length === 0) {
    return "no policy selects it";
  }
  const names = isolating.map((policy) => `${policy.namespace}/${policy.name}`).join(", ");
  const rules = admitting.map(({ policy, rule }) => `${policy.namespace}/${policy.name}, rule ${rule + 1}`).join("; ");
  return open
    ? `${rules}${unsure === true ? ", if the address is in its blocks: it is not known" : ""}`
    : `${names}: ${isolating.length === 1 ? "none of its rules admits it" : "no rule of these admits it"}`;
}

/** Both ends in one line each, with the marks that are given for open, closed and not known. */
export function describeSides(
  { egress, ingress }: Pick<FamilyReach, "egress" | "ingress">,
  mark: (verdict: Pick<SideVerdict, "open" | "unsure">) => string,
): readonly string[] {
  return [
    ...(egress === undefined ? [] : [`${mark(egress)} out  ${describeSide(egress)}`]),
    ...(ingress === undefined ? [] : [`${mark(ingress)} in   ${describeSide(ingress)}`]),
  ];
}
