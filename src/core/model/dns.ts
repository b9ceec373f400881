import type { Json } from "./kube-object.ts";

/** Where a secret is that the mesh file refers to; a file is relative to the mesh file. */
export type SecretPlace = { readonly env: string } | { readonly file: string };

/** `spec.dns`: where the records of routes are written. */
export interface DnsSettings {
  /** As in the file: letters of both cases, maybe a dot at its end. */
  readonly zone: string;
  readonly provider: DnsProvider;
  readonly ttlSeconds?: number;
  /** Undefined: addresses are not tested. */
  readonly healthChecks?: HealthChecks;
}

export interface DnsProvider {
  /** The key over the settings, such as designate. */
  readonly name: string;
  /** As they are in the file. */
  readonly settings: Json;
  /** How isthmus writes the zone itself; undefined for providers that it does not know, and for settings that are for external-dns alone. */
  readonly writer?: DnsWriter;
}

export type DnsWriter = Rfc2136Writer | DesignateWriter;

/** A server that takes updates by RFC 2136, signed by RFC 8945. */
export interface Rfc2136Writer {
  readonly kind: "rfc2136";
  readonly server: string;
  readonly port: number;
  readonly tsig: { readonly name: string; readonly algorithm: TsigAlgorithm; readonly secret: SecretPlace };
}

export type TsigAlgorithm = "hmac-sha1" | "hmac-sha224" | "hmac-sha256" | "hmac-sha384" | "hmac-sha512";

/** OpenStack Designate, behind Keystone v3. */
export interface DesignateWriter {
  readonly kind: "designate";
  readonly authUrl: string;
  readonly region?: string;
  readonly caFile?: string;
  readonly credential:
    | { readonly kind: "applicationCredential"; readonly id: string; readonly secret: SecretPlace }
    | {
        readonly kind: "user";
        readonly name: string;
        readonly domain: string;
        readonly project: string;
        readonly projectDomain: string;
        readonly password: SecretPlace;
      };
}

/** How addresses are tested. */
export interface HealthChecks {
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** In a row, before an address leaves. */
  readonly failures: number;
  /** In a row, before it comes back. */
  readonly successes: number;
}
