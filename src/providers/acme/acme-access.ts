import type { Secret } from "../../core/secret.ts";
import type { AccountSigner } from "./jws.ts";

/** An ACME server with everything that talking to it needs. */
export interface AcmeAccess {
  /** The address of its directory. */
  readonly server: string;
  readonly email?: string;
  /** The authorities that its own certificate may come from, base64 of PEM. Without it: the machine's own. */
  readonly caData?: string;
  /** What HTTPS_PROXY and NO_PROXY say. Wrapped, since proxies may want a password. */
  readonly proxyUrl?: Secret;
  readonly signer: AccountSigner;
  /** An account at the authority that the ACME account belongs to. */
  readonly externalAccount?: { readonly keyId: string; readonly hmacKey: Secret };
}
