import type { Exemption, SideVerdict } from "../../../core/policies/network-policy.ts";
import type { FamilyReach } from "../../../core/policies/reach.ts";

const exemptions: Readonly<Record<Exemption, string>> = {
  "host-network": "the pod is in its node's network, where policies are commonly not enforced",
  ended: "the pod has ended",
  itself: "a pod reaches itself always",
  node: "a node reaches its own pods always",
};

/** What one end's policies say, in words: "sample/np-web, rule 2", "no policy selects it". */
export function describeSide({ open, exempt, isolating, admitting }: SideVerdict): string {
  if (exempt !== undefined) {
    return exemptions[exempt];
  }
  if (isolating.length === 0) {
    return "no policy selects it";
  }
  const names = isolating.map((policy) => `${policy.namespace}/${policy.name}`).join(", ");
  return open
    ? admitting.map(({ policy, rule }) => `${policy.namespace}/${policy.name}, rule ${rule + 1}`).join("; ")
    : `${names}: ${isolating.length === 1 ? "none of its rules admits it" : "no rule of these admits it"}`;
}

/** Both ends in one line each, with the marks that are given for open and closed. */
export function describeSides(
  { egress, ingress }: Pick<FamilyReach, "egress" | "ingress">,
  mark: (open: boolean) => string,
): readonly string[] {
  return [
    ...(egress === undefined ? [] : [`${mark(egress.open)} out  ${describeSide(egress)}`]),
    ...(ingress === undefined ? [] : [`${mark(ingress.open)} in   ${describeSide(ingress)}`]),
  ];
}
