import type { OwnerRecordNaming } from "./external-dns-owner.ts";

/** What a name should lead to. */
export interface WantedName {
  /** Absolute, in lower case, without the last dot; may begin with `*.`; in the zone. */
  readonly name: string;
  readonly mesh: string;
  readonly ttlSeconds: number;
  /**
   * For each cluster the IP addresses that it brings, none to withdraw it, or `keep` where they are not known now.
   * A cluster of this mesh that owns addresses and is not named has left the mesh, and is withdrawn.
   */
  readonly clusters: Readonly<Record<string, readonly string[] | "keep">>;
  /** How external-dns names owner records here, where that is known; its defaults are always asked for. */
  readonly externalDns?: readonly OwnerRecordNaming[];
  /** Addresses that are there and of no owner go, where else they would be a reason to refuse. */
  readonly adopt?: boolean;
  /** The name may end without any address: it is being taken away. */
  readonly mayBeEmpty?: boolean;
}
