import * as z from "zod";
import { fieldDefaults } from "../field-defaults.ts";
import { email, httpsUrl } from "./addresses.ts";
import { durationBetween, line } from "./scalars.ts";
import { secretSchema } from "./secret-place.ts";
import { textOf } from "./text-form.ts";

/** With 0s a certificate would be renewed when it has ended. */
const renewBefore = durationBetween("1m", "36500d", { units: ["d", "h"], example: "30d" });

/** An ACME server from which isthmus itself orders. */
export const ownIssuerSchema = z
  .strictObject({
    server: textOf(httpsUrl, "The directory URL of the ACME server.", {
      examples: ["https://acme-v02.api.letsencrypt.org/directory"],
    }),
    email: textOf(email, "Whom the ACME server writes to.").optional(),
    caFile: textOf(
      line,
      "The authority of the ACME server's own certificate, relative to the mesh file. Default: the authorities of the system.",
    ).optional(),
    profile: textOf(
      line,
      "The profile of certificates that is ordered, such as shortlived. Default: the server's choice.",
    ).optional(),
    keyType: z
      .enum(["ecdsa-p256", "rsa-2048", "rsa-4096"])
      .meta({ description: "The kind of key of the certificates.", default: fieldDefaults.keyType })
      .optional(),
    reuseKey: z
      .boolean()
      .meta({ description: "Whether a renewed certificate keeps its key.", default: false })
      .optional(),
    renewBefore: textOf(
      renewBefore,
      "How long before its end a certificate is renewed, at the latest; one as long as the certificate's whole life does not count. Default: when the server's renewal information says, else when a third of its life is left, half of one below ten days.",
    ).optional(),
    externalAccount: z
      .strictObject({
        keyId: textOf(line, "The identifier of the key at the authority's register."),
        hmacKey: secretSchema("The HMAC key, in base64url as the authority gives it"),
      })
      .meta({ description: "The account at the authority that the ACME account is bound to, where it wants one." })
      .optional(),
  })
  .meta({
    description:
      "An ACME server from which isthmus itself orders one certificate for all clusters, proven by DNS in the zone of spec.dns.",
  });
