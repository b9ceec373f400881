/** A workload of the mesh that lacks pods, and why. */
export interface HinderedWorkload {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The service that it runs, `namespace/name`; left out for istiod and gateways. */
  readonly service?: string;
  /** Left out where the service has none. */
  readonly version?: string;
  /** Kubernetes' own words: of its pods, of its conditions, or of the events about it. */
  readonly words: string;
  /** The webhook that these words name, as its configuration has it. */
  readonly webhook?: {
    readonly name: string;
    /** `ValidatingWebhookConfiguration` or `MutatingWebhookConfiguration`. */
    readonly kind: string;
    /** The name of that object. */
    readonly configuration: string;
    /** Where in its list, from 0 on. */
    readonly place: number;
    /** True where it has answered and said no. */
    readonly answers: boolean;
    /** Where it runs, `namespace/name`; left out for one outside of the cluster. */
    readonly service?: string;
  };
}
