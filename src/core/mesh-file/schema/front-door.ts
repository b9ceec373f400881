import * as z from "zod";
import { domain, email, httpsUrl } from "./addresses.ts";
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
        description:
          "An issuer that speaks ACME, as Let's Encrypt does. Default: certificates are issued by isthmus itself.",
        oneOf: [{ required: ["dns01"] }, { required: ["http01"] }],
      })
      .optional(),
  })
  .meta({ description: "An issuer of certificates, as a ClusterIssuer of cert-manager." });

export const dnsSchema = z
  .strictObject({
    zone: textOf(domain, "The DNS zone that the records are in."),
    provider: z.record(z.string(), settings.meta({ description: "The settings of the provider." })).meta({
      description: "What serves the zone: one key, the name of the provider, over its settings.",
      examples: [{ designate: {} }, { rfc2136: { server: "192.0.2.53" } }],
      minProperties: 1,
      maxProperties: 1,
    }),
    ttl: textOf(duration, "How long resolvers may keep a record. Default: the provider's.").optional(),
    healthChecks: settings
      .meta({
        description: "How a cluster's address is tested when a name has one A record for each cluster.",
      })
      .optional(),
  })
  .meta({ description: "Where the DNS records of routes are written." });
