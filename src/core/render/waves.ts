/** The phases of an apply that a person sees (docs/architecture.md). */
export const phases = ["foundation", "trust", "istio", "join", "services", "routes", "front doors"] as const;

export type Phase = (typeof phases)[number];

interface WaveRule {
  readonly phase: Phase;
  /** Waves of the same cluster that must have ended well before this one starts. */
  readonly needs: readonly Wave[];
  /** Waves that must have ended on every cluster that is taking part, well or not. */
  readonly everywhere: readonly Wave[];
}

/**
 * A wave is a set of objects that are applied together and then waited for.
 * The order within a cluster is `needs`; `everywhere` is a barrier over all
 * clusters. They form a graph, not a list, so that what does not depend on
 * each other overlaps: workloads start while the gateways do.
 */
export const waves = [
  "projects",
  "namespaces",
  "cacerts",
  "definitions",
  "control-plane",
  "gateways",
  "join",
  "services",
  "destinations",
  "routes",
  "front-doors",
] as const;

export type Wave = (typeof waves)[number];

/** The order of waves, each with its reason. */
export const waveRules: Readonly<Record<Wave, WaveRule>> = {
  // In Rancher's local cluster only. A namespace that names a project which is not there is moved out of it (docs/rancher-double.md).
  projects: { phase: "foundation", needs: [], everywhere: [] },
  namespaces: { phase: "foundation", needs: [], everywhere: ["projects"] },
  // istiod makes a self-signed root for itself when it starts without cacerts (https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/).
  cacerts: { phase: "trust", needs: ["namespaces"], everywhere: [] },
  definitions: { phase: "istio", needs: ["cacerts"], everywhere: [] },
  "control-plane": { phase: "istio", needs: ["definitions"], everywhere: [] },
  // Gateways get their image from the injection webhook, which needs a ready istiod.
  gateways: { phase: "istio", needs: ["control-plane"], everywhere: [] },
  // An istiod that knows a remote cluster but no gateway of its network hands out that network's pod
  // addresses (https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/), so no cluster learns of another before every gateway has its address.
  join: { phase: "join", needs: ["gateways"], everywhere: ["gateways"] },
  services: { phase: "services", needs: ["control-plane"], everywhere: [] },
  destinations: { phase: "routes", needs: ["control-plane"], everywhere: [] },
  // A route to a subset that an east-west gateway does not know yet is a reset connection (https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/).
  routes: {
    phase: "routes",
    needs: ["destinations", "services", "join"],
    everywhere: ["destinations", "services", "join"],
  },
  // A name is published, and a certificate asked for, when there is something behind it; the addresses
  // that are published are those of every cluster's ingress.
  "front-doors": { phase: "front doors", needs: ["routes"], everywhere: ["gateways", "routes"] },
};
