/** Pods with a sidecar whose annotations lead some of what they send past it. */
export interface BypassFacts {
  readonly namespace: string;
  readonly pod: string;
  /** The Deployment that made it. */
  readonly deployment?: string;
  readonly annotation: BypassAnnotation;
  /** As the annotation has it: ports, or blocks of addresses, by commas. */
  readonly value: string;
}

/** https://istio.io/latest/docs/reference/config/annotations/ */
export const bypassAnnotations = [
  "traffic.sidecar.istio.io/excludeOutboundPorts",
  "traffic.sidecar.istio.io/excludeOutboundIPRanges",
  "traffic.sidecar.istio.io/includeOutboundIPRanges",
] as const;

export type BypassAnnotation = (typeof bypassAnnotations)[number];
