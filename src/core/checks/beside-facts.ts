/** Istio's objects of anybody's that change what proxies do beside routes and policies. */
export interface BesideFacts {
  /** EnvoyFilters and WasmPlugins, which may change anything in a proxy. */
  readonly filters: readonly SelectingObject[];
  /** Sidecars that say at which ports the proxies of their pods take requests: these alone. */
  readonly sidecars: readonly (SelectingObject & { readonly ports: readonly number[] })[];
  /** WorkloadEntries and ServiceEntries with addresses of their own. */
  readonly entries: readonly (NamedObject & { readonly addresses: readonly string[] })[];
  /** DestinationRules and VirtualServices that are exported to some namespaces only. */
  readonly exported: readonly (NamedObject & { readonly exportTo: readonly string[] })[];
}

interface NamedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

interface SelectingObject extends NamedObject {
  /** Left out where it is for all pods: of its namespace, or of the mesh in istio-system. */
  readonly selector?: Readonly<Record<string, string>>;
}
