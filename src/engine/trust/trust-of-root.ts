import type { Trust } from "../../core/decide/intermediate.ts";
import type { Root } from "../../pki/certificate-authority.ts";
import { inspectBundle, inspectCertificate } from "../../pki/inspect.ts";

/** What a cluster trusts, and what leads to it, when its intermediate is signed by the root. */
export function trustOfRoot({ certificate, trusted }: Root): Trust {
  return { trusts: inspectBundle(trusted), leadsTo: [inspectCertificate(certificate).identity] };
}
