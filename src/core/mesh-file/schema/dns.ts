import * as z from "zod";
import { address, domain, httpsUrl, keyName } from "./addresses.ts";
import { durationBetween, durationIn, line } from "./scalars.ts";
import { tsigAlgorithms } from "../../front-door/tsig-algorithms.ts";
import { secretSchema } from "./secret-place.ts";
import { textOf } from "./text-form.ts";

const settings = z.record(z.string(), z.unknown());

const rfc2136Schema = z
  .strictObject({
    server: textOf(address, "The DNS server that takes updates of the zone, its primary.").optional(),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .meta({ description: "The server's port. isthmus asks over TCP.", default: 53 })
      .optional(),
    tsig: z
      .strictObject({
        name: textOf(keyName, "The name of the key, as the server knows it."),
        algorithm: z
          .enum(tsigAlgorithms)
          .meta({ description: "The key's algorithm.", default: "hmac-sha256" })
          .optional(),
        secret: secretSchema("The key's secret in base64, or a file of tsig-keygen that has it"),
      })
      .meta({ description: "The key that signs every question and every update (RFC 8945)." })
      .optional(),
  })
  .meta({
    description:
      "A DNS server that takes dynamic updates (RFC 2136), such as BIND, Knot DNS and PowerDNS. `server` and `tsig` are needed where a route has `dns: { via: isthmus }`.",
  });

const designateSchema = z
  .strictObject({
    authUrl: textOf(httpsUrl, "The address of Keystone's API, as in OS_AUTH_URL.").optional(),
    region: textOf(line, "The region of the DNS service. Default: the only one that there is.").optional(),
    caFile: textOf(
      line,
      "The certificate of the authority that signed the services' certificates, relative to the mesh file. Default: the authorities of the system.",
    ).optional(),
    applicationCredential: z
      .strictObject({
        id: textOf(line, "The ID of the application credential."),
        secret: secretSchema("Its secret"),
      })
      .meta({ description: "Signs in by an application credential." })
      .optional(),
    user: z
      .strictObject({
        name: textOf(line, "The name of the user."),
        domain: textOf(line, "The domain of the user.", { default: "Default" }).optional(),
        project: textOf(line, "The project that the zone belongs to."),
        projectDomain: textOf(line, "The domain of the project. Default: that of the user.").optional(),
        password: secretSchema("The user's password"),
      })
      .meta({ description: "Signs in by a user's password." })
      .optional(),
  })
  .meta({
    description:
      "OpenStack Designate. `authUrl` and one of `applicationCredential` and `user` are needed where a route has `dns: { via: isthmus }`.",
  });

const healthChecksSchema = z
  .strictObject({
    interval: textOf(
      durationBetween("1s", "300s", { units: ["s"], example: "5s" }),
      "How often each address is asked.",
      { default: "5s" },
    ).optional(),
    timeout: textOf(
      durationBetween("0.1s", "60s", { units: ["s"], example: "2s" }),
      "How long an answer is waited for.",
      { default: "2s" },
    ).optional(),
    failures: z
      .int()
      .min(1)
      .max(100)
      .meta({ description: "How many checks in a row have to fail before an address leaves.", default: 2 })
      .optional(),
    successes: z
      .int()
      .min(1)
      .max(100)
      .meta({ description: "How many checks in a row have to succeed before it comes back.", default: 3 })
      .optional(),
  })
  .meta({
    description:
      "How `isthmus dns sync --watch` tests a cluster's addresses. An address that fails as seen from two places leaves the names. Default: nothing is tested.",
  });

export const dnsSchema = z
  .strictObject({
    zone: textOf(domain, "The DNS zone that the records are in."),
    provider: z
      .object({ rfc2136: rfc2136Schema.optional(), designate: designateSchema.optional() })
      .catchall(settings.meta({ description: "The settings of the provider." }))
      .meta({
        description:
          "What serves the zone: one key, the name of the provider, over its settings. isthmus itself writes through `rfc2136` and `designate`; any other name is for external-dns.",
        examples: [
          { rfc2136: { server: "192.0.2.53", tsig: { name: "isthmus", secret: { file: "tsig.key" } } } },
          { designate: {} },
        ],
        minProperties: 1,
        maxProperties: 1,
      }),
    ttl: textOf(
      durationIn("s", "m"),
      "How long resolvers may keep a record. Default: the provider's; of records that isthmus writes, 60s.",
    ).optional(),
    healthChecks: healthChecksSchema.optional(),
  })
  .meta({ description: "Where the DNS records of routes are written." });
