/** Istio's routing objects, the EndpointSlices of the mesh's namespaces, and the Leases of nodes and controllers. */
export type HeldWrites = "routes" | "endpoints" | "leases";

/** A webhook of somebody else's that the API server has to ask before objects that the mesh rests upon are written (failurePolicy Fail). */
export interface WriteHookFacts {
  readonly name: string;
  readonly kind: "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration";
  /** The name of that object. */
  readonly configuration: string;
  /** Before writes of what; left out where that is routes alone. */
  readonly holds?: readonly HeldWrites[];
  /** Where in its list, from 0 on. */
  readonly place: number;
  /** Where it runs, `namespace/name`; left out for one outside of the cluster. */
  readonly service?: string;
  /** That its Service is not there, or has no ready endpoint; left out where it may answer. */
  readonly dead?: "no-service" | "no-endpoints";
  /** Who wrote its configuration last, and when (RFC 3339), where the API server says so. */
  readonly writer?: { readonly manager: string; readonly time: string };
}
