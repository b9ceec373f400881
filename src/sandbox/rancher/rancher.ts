import type { EngineParts } from "../engine/parts.ts";
import type { RancherCluster } from "./managed-cluster.ts";
import type { ServerIdentity } from "./server-identity.ts";
import type { TokenStore } from "./token-store.ts";

/** What the parts of one Rancher double share. */
export interface Rancher {
  readonly instance: string;
  /** `https://172.30.0.10`. */
  readonly url: string;
  /** Its only user. */
  readonly userId: string;
  readonly engine: EngineParts;
  readonly identity: ServerIdentity;
  readonly tokens: TokenStore;
  /** By id, `local` among them. */
  readonly clusters: ReadonlyMap<string, RancherCluster>;
  /** Rancher's own cluster, where its objects are. */
  readonly local: RancherCluster;
  /** Ids of clusters that did not answer when they were asked last. */
  readonly unavailable: Set<string>;
  readonly now: () => Date;
  /** Receives one line of text for the double's log. Never a token. */
  readonly log: (line: string) => void;
}
