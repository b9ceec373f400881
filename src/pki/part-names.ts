import type { Authority } from "../core/render/materials.ts";

/** What the parts of an authority are called: keys of its Secret. */
export interface PartNames {
  readonly ca: string;
  readonly key: string;
  /** That of `ca` where the intermediate and its chain are one text. */
  readonly chain: string;
  readonly root: string;
}

/** The keys by which istiod reads either form of the Secret. */
export function partNames(form: Authority["form"]): PartNames {
  return form === "tls"
    ? { ca: "tls.crt", key: "tls.key", chain: "tls.crt", root: "ca.crt" }
    : { ca: "ca-cert.pem", key: "ca-key.pem", chain: "cert-chain.pem", root: "root-cert.pem" };
}
