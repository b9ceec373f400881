/** What Kubernetes' own controllers have left undone, by the objects that they keep. */
export interface ControllerFacts {
  /** The Leases of kube-controller-manager and kube-scheduler; empty where they elect no leader. */
  readonly leases: readonly ControllerLease[];
  /** Ready endpoints of the mesh's services whose pods are not there any more. */
  readonly endpointsOfNobody: readonly { readonly service: string; readonly pod: string; readonly address: string }[];
  /** Deployments whose last change their controller has not seen. */
  readonly unseenDeployments: readonly Waiting[];
  /** Pods of kube-scheduler of which it has said nothing. */
  readonly unscheduledPods: readonly Waiting[];
}

export interface ControllerLease {
  /** `kube-controller-manager` or `kube-scheduler`. */
  readonly name: string;
  readonly holder: string;
  /** ISO 8601. */
  readonly renewed: string;
  /** Seconds without a renewal, by the newest Lease of kube-system: the cluster's own clock. */
  readonly silent: number;
}

/** An object that waits for a controller. */
export interface Waiting {
  readonly namespace: string;
  readonly name: string;
  /** For how many seconds, by the cluster's clock where it tells it, else by that of whoever asked. */
  readonly seconds: number;
}

/** Whether an API server stores what it is told, by the Leases of kube-system. */
export type StorageFacts =
  | { readonly state: "stores" }
  | {
      /** None of them was renewed while they were watched. */
      readonly state: "still";
      /** The last renewal of any, RFC 3339, by the cluster's own clock. */
      readonly newest: string;
      readonly watchedSeconds: number;
    }
  | {
      /** None of them is new by the clock of whoever asked, and there was no time to watch them until one has to move. */
      readonly state: "unwatched";
      readonly watchedSeconds: number;
    };
