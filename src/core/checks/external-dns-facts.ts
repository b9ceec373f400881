import type { ProgramFacts } from "./program-facts.ts";

/** A Deployment of external-dns by its flags, however they are given; one that is not given is left out. */
export interface ExternalDnsFacts extends ProgramFacts {
  /** Minor version out of the image's tag, `0.21`. */
  readonly version?: string;
  readonly ownerId?: string;
  readonly txtPrefix?: string;
  readonly txtSuffix?: string;
  /** What stands for `*` in names of owner records. */
  readonly txtWildcardReplacement?: string;
  readonly policy?: string;
  readonly registry?: string;
  /** `--provider`. */
  readonly provider?: string;
  /** The zones of the provider rfc2136; left out where none is named. */
  readonly zones?: readonly string[];
  /** The least TTL that the provider rfc2136 writes, as it is given. */
  readonly minTtl?: string;
  /** Where the provider rfc2136 writes: a host or an address, empty where it is not named, and a TCP port. */
  readonly server?: { readonly host: string; readonly port: number };
  /** Under which prefix it looks for annotations, `example.com/`; left out where that is its version's own. */
  readonly annotationPrefix?: string;
  /** True where it also reads annotations under the prefix of versions before 0.22; left out where it does not. */
  readonly legacyAnnotations?: true;
  /** Flags by which it leaves objects or names out, `--namespace`; left out where there are none. */
  readonly limits?: readonly string[];
  readonly sources: readonly string[];
  /** Empty: all zones that its provider has. */
  readonly domainFilters: readonly string[];
  /** What keeps its flags from being known, in words. */
  readonly unread?: string;
}
