export interface NodeFacts {
  readonly name: string;
  readonly ready: boolean;
  /** Empty where the node has no such label. */
  readonly region: string;
  readonly zone: string;
  /** True where no new pod is to come (`kubectl cordon`); left out otherwise. */
  readonly cordoned?: boolean;
  /** Those that keep pods away; left out where there are none. */
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** What came of asking its kubelet for the log of a pod that gave no answer; left out where nobody had to ask, and where the log came. */
  readonly unanswered?: MissingLog;
}

/** A log that a kubelet was asked for and that did not come. */
export interface MissingLog {
  /** `namespace/name`. */
  readonly pod: string;
  /** `silent`: nothing came, twice. `unknown`: it could not be asked, for the reason `why`. */
  readonly log: "silent" | "unknown";
  readonly why?: string;
  /** Whether the kubelet says how it is configured; false also where it may not be asked. */
  readonly kubeletAnswers: boolean;
}
