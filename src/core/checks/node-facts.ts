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
  /** Where its kubelet gave no answer for the log of a pod that gave none either; left out where nobody had to ask. */
  readonly unanswered?: UnansweredLog;
}

/** A log that a kubelet was asked for, and of which nothing came. */
export interface UnansweredLog {
  /** `namespace/name`. */
  readonly pod: string;
  /** Whether the kubelet says how it is configured; false also where it may not be asked. */
  readonly kubeletAnswers: boolean;
}
