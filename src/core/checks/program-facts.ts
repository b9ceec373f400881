import type { Labels } from "../model/labels.ts";
import type { NetworkPolicyFacts } from "./policy-facts.ts";

/** A Deployment of somebody else's that the mesh's names or certificates go by, with what decides where its pods get through. */
export interface ProgramFacts {
  readonly namespace: string;
  readonly name: string;
  /** The labels of its pods; left out where they have none. */
  readonly labels?: Labels;
  /** The network policies of its namespace; left out where there are none, and for pods in the node's own network, which they do not concern. */
  readonly networkPolicies?: readonly NetworkPolicyFacts[];
  /** True where this account may not list them; left out where it may. */
  readonly policiesUnread?: boolean;
}

/** A controller of cert-manager. */
export interface CertManagerFacts extends ProgramFacts {
  /** The DNS servers that its own checks of dns01 challenges ask, `192.0.2.53:53` or a URL; left out where it asks those of its pods. */
  readonly nameservers?: readonly string[];
  /** True where its checks ask these alone, and not the zone's own name servers. */
  readonly nameserversOnly?: boolean;
  /** What keeps the two from being known, in words; left out where they are. */
  readonly unread?: string;
  /** The webhooks by which issuers of the mesh prove names; left out where there are none. */
  readonly webhooks?: readonly DnsWebhookFacts[];
}

/** A webhook for a DNS provider, which cert-manager calls through its API server. */
export interface DnsWebhookFacts {
  /** The API group, `acme.example.com`. */
  readonly group: string;
  /** `missing`: there is no such API. `unavailable`: the API server does not get through to it. `unknown`: it does not say. `unread`: this account may not ask. */
  readonly state: "available" | "unavailable" | "missing" | "unknown" | "unread";
  /** The API server's words of one that is unavailable. */
  readonly why?: string;
  /** The Deployment behind it; left out where none was found. */
  readonly program?: ProgramFacts;
}
