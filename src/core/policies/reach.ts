import type { PolicySet, SideVerdict } from "./network-policy.ts";
import { judgeSide } from "./network-policy.ts";
import type { IpFamily, PolicyPeer, Protocol } from "./policy-pod.ts";
import { familyOf } from "./policy-pod.ts";

/** A new connection from one end to the other. */
export interface Flow {
  readonly from: PolicyPeer;
  readonly to: PolicyPeer;
  /** Of the end that is connected to. */
  readonly port: number;
  readonly protocol: Protocol;
}

/** Whether a connection comes about in one address family, and what each end's policies say. */
export interface FamilyReach {
  /** Left out where nobody knows an address. */
  readonly family?: IpFamily;
  readonly open: boolean;
  /** True where it is open, and that is not proven at one of the ends. */
  readonly unsure?: true;
  /** Of the pod that connects; left out for somebody outside. */
  readonly egress?: SideVerdict;
  /** Of the pod that is connected to; left out for somewhere outside. */
  readonly ingress?: SideVerdict;
}

/** Whether NetworkPolicies let a connection come about. */
export interface Reach {
  /** In at least one family. */
  readonly open: boolean;
  /** True where it is open, and in no family proven so: an end's address is not known, and rules admit blocks of addresses. */
  readonly unsure?: true;
  /** One entry for each family that both ends have; none where they share none. */
  readonly families: readonly FamilyReach[];
}

/** Asks the policies of both ends, for each family of addresses that both of them have. Both ends are of one cluster, or outside of it. */
export function reach(set: PolicySet, flow: Flow): Reach {
  const families = sharedFamilies(flow.from, flow.to).map((family) => reachIn(set, flow, family));
  const open = families.filter((one) => one.open);
  const unsure = open.length > 0 && open.every((one) => one.unsure === true);
  return { open: open.length > 0, ...(unsure ? { unsure } : {}), families };
}

function reachIn(set: PolicySet, { from, to, port, protocol }: Flow, family: IpFamily | undefined): FamilyReach {
  const common = { port, protocol, ...(family === undefined ? {} : { family }) };
  const egress =
    from.kind === "pod" ? judgeSide(set, { ...common, pod: from.pod, direction: "egress", peer: to }) : undefined;
  const ingress =
    to.kind === "pod" ? judgeSide(set, { ...common, pod: to.pod, direction: "ingress", peer: from }) : undefined;
  const open = egress?.open !== false && ingress?.open !== false;
  return {
    ...(family === undefined ? {} : { family }),
    open,
    ...(open && (egress?.unsure ?? ingress?.unsure) === true ? { unsure: true } : {}),
    ...(egress === undefined ? {} : { egress }),
    ...(ingress === undefined ? {} : { ingress }),
  };
}

/** The families in which two ends can connect; one unknown family where neither has an address. */
export function sharedFamilies(from: PolicyPeer, to: PolicyPeer): readonly (IpFamily | undefined)[] {
  const [own, other] = [familiesOf(from), familiesOf(to)];
  if (own === undefined || other === undefined) {
    return own ?? other ?? [undefined];
  }
  return own.filter((family) => other.includes(family));
}

/** Undefined where nobody knows an address. */
export function familiesOf(peer: PolicyPeer): readonly IpFamily[] | undefined {
  const addresses = peer.kind === "pod" ? peer.pod.addresses : peer.address === "" ? [] : [peer.address];
  return addresses.length === 0 ? undefined : [...new Set(addresses.map(familyOf))];
}
