import type { NetworkPort } from "../checks/policy-facts.ts";
import type { BlockPrefix } from "../policies/address-block.ts";
import { prefixOf } from "../policies/address-block.ts";
import type { PolicySet } from "../policies/network-policy.ts";
import { isolatingPolicies } from "../policies/network-policy.ts";
import type { Direction, PolicyPod, Protocol } from "../policies/policy-pod.ts";
import { protocols } from "../policies/policy-pod.ts";

/** Ports of one protocol, both ends included. */
export interface PortSpan {
  readonly protocol: Protocol;
  readonly from: number;
  readonly to: number;
}

export interface AddressBlock extends BlockPrefix {
  /** As it is written. */
  readonly cidr: string;
}

/** What a rule admits of addresses outside of the cluster. */
export interface OutsideRule {
  /** Left out: all addresses. */
  readonly blocks?: readonly { readonly block: AddressBlock; readonly except: readonly AddressBlock[] }[];
  readonly ports: readonly PortSpan[];
}

/** Every port there is. */
export const allPorts: readonly PortSpan[] = protocols.map((protocol) => ({ protocol, from: 1, to: 65_535 }));

export function isAllPorts(spans: readonly PortSpan[]): boolean {
  return spans.length === allPorts.length && spans.every(isWholeProtocol);
}

/** Whether these are all ports of their protocol. */
export function isWholeProtocol({ from, to }: PortSpan): boolean {
  return from === 1 && to === 65_535;
}

/** The rules that say where outside a pod may connect to, or from where outside it is connected to; undefined where no policy selects it in this direction and everything is open. */
export function outsideRules(set: PolicySet, pod: PolicyPod, direction: Direction): readonly OutsideRule[] | undefined {
  const isolating = isolatingPolicies(set, pod, direction);
  if (isolating.length === 0) {
    return undefined;
  }
  return isolating
    .flatMap(({ facts }) => facts[direction])
    .flatMap((rule): readonly OutsideRule[] => {
      const blocks = rule.peers.flatMap(({ ipBlock }) => {
        const block = ipBlock === undefined ? undefined : parseBlock(ipBlock.cidr);
        return block === undefined
          ? []
          : [{ block, except: ipBlock?.except.flatMap((one) => parseBlock(one) ?? []) ?? [] }];
      });
      const ports = rule.ports.length === 0 ? allPorts : rule.ports.flatMap((port) => spansOf(port, pod, direction));
      const isForNobody = (rule.peers.length > 0 && blocks.length === 0) || ports.length === 0;
      return isForNobody ? [] : [{ ...(rule.peers.length === 0 ? {} : { blocks }), ports }];
    });
}

/** A block as it is written; undefined for a text that is none. */
export function parseBlock(cidr: string): AddressBlock | undefined {
  const prefix = prefixOf(cidr);
  return prefix === undefined ? undefined : { ...prefix, cidr };
}

/** A name is that of the pod that is connected to; outside of the cluster there is none, and enforcers do not find those of sidecars. */
function spansOf({ protocol, port, endPort }: NetworkPort, pod: PolicyPod, direction: Direction): readonly PortSpan[] {
  return allPorts
    .filter((all) => all.protocol === protocol)
    .flatMap((all): readonly PortSpan[] => {
      if (port === undefined) {
        return [all];
      }
      if (typeof port === "number") {
        return [{ ...all, from: port, to: endPort ?? port }];
      }
      return direction === "egress"
        ? []
        : pod.ports
            .filter((one) => one.name === port && one.protocol === protocol && one.sidecar !== true)
            .map((one) => ({ ...all, from: one.port, to: one.port }));
    });
}
