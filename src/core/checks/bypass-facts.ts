/** Pods with a sidecar that send some of what they send past it, or all. */
export interface BypassFacts {
  readonly namespace: string;
  readonly pod: string;
  /** The Deployment that made it. */
  readonly deployment?: string;
  readonly by: BypassAnnotation | ProxyIdentity;
  /** As the annotation has it: ports, or blocks of addresses, by commas; otherwise the number of the user or group. */
  readonly value: string;
}

/** https://istio.io/latest/docs/reference/config/annotations/ */
export const bypassAnnotations = [
  "traffic.sidecar.istio.io/excludeOutboundPorts",
  "traffic.sidecar.istio.io/excludeOutboundIPRanges",
  "traffic.sidecar.istio.io/includeOutboundIPRanges",
] as const;

export type BypassAnnotation = (typeof bypassAnnotations)[number];

/**
 * What a container runs as where that is the sidecar's own: its rules let
 * everything out that this user or group sends, since it is the sidecar's
 * (https://istio.io/latest/docs/ops/deployment/application-requirements/).
 */
export type ProxyIdentity = "runAsUser" | "runAsGroup";
