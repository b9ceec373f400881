import type { Secret } from "../../../core/secret.ts";

/** Who isthmus is in an OpenStack cloud, and how that is reached. */
export interface OpenStackAccess {
  /** Keystone's address, with or without `/v3`. */
  readonly authUrl: string;
  /** Without one the catalog must have a single public DNS endpoint. */
  readonly region?: string;
  readonly credentials: OpenStackCredentials;
  /** The authorities that the cloud's certificates may come from, base64 of PEM. Without it: the machine's own. */
  readonly caData?: string;
  /** What HTTPS_PROXY and NO_PROXY say. Wrapped, since proxies may want a password. */
  readonly proxyUrl?: Secret;
}

export type OpenStackCredentials =
  | { readonly kind: "application-credential"; readonly id: string; readonly secret: Secret }
  | {
      readonly kind: "password";
      readonly username: string;
      /** Domains by name, `Default` in most clouds. */
      readonly userDomain: string;
      readonly password: Secret;
      readonly project: string;
      readonly projectDomain: string;
    };
