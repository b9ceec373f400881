import * as z from "zod";
import { ownIssuerSchema } from "./own-issuer.ts";
import { email, httpsUrl } from "./addresses.ts";
import { acmeProfile, pemCertificates } from "./acme.ts";
import { duration, subdomain } from "./scalars.ts";
import { textOf } from "./text-form.ts";

const settings = z.record(z.string(), z.unknown());

export const issuerSchema = z
  .strictObject({
    name: textOf(subdomain, "The name that routes refer to, and that of the ClusterIssuer."),
    acme: z
      .strictObject({
        server: textOf(httpsUrl, "The directory URL of the ACME server."),
        email: textOf(email, "Whom the ACME server writes to."),
        profile: textOf(
          acmeProfile,
          "The profile to order, of those that the server's directory lists. Default: the server's choice.",
          { examples: ["tlsserver", "shortlived"] },
        ).optional(),
        caBundle: textOf(
          pemCertificates,
          "Whom the server's own certificate is trusted by, for a server of your own: certificates in PEM. Default: what cert-manager's image trusts.",
        ).optional(),
        waitInsteadOfSelfCheck: textOf(
          duration,
          "How long to wait after a challenge is presented, instead of having cert-manager look whether it is seen; needs cert-manager 1.21. Default: it looks, which for dns01 takes a minute a name.",
          { examples: ["10s"] },
        ).optional(),
        dns01: settings
          .meta({
            description: "Proof by a DNS record: the settings of cert-manager's dns01 solver.",
          })
          .optional(),
        http01: settings
          .meta({
            description: "Proof by a web page: the settings of cert-manager's http01 solver.",
          })
          .optional(),
      })
      .meta({
        description: "An ACME server, as Let's Encrypt has one, that cert-manager in each cluster orders from.",
        oneOf: [{ required: ["dns01"] }, { required: ["http01"] }],
      })
      .optional(),
    isthmus: ownIssuerSchema.optional(),
  })
  .meta({
    description: "An issuer of certificates: a ClusterIssuer of cert-manager (acme), or isthmus itself (isthmus).",
    oneOf: [{ required: ["acme"] }, { required: ["isthmus"] }],
  });
