import * as z from "zod";
import { requestPath, routeHost } from "./addresses.ts";
import { expectedStatuses, headerValue, label, line, locality, subdomain } from "./scalars.ts";
import { routeSettings } from "./route-settings.ts";
import { formOf, textOf } from "./text-form.ts";

const methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] as const;

/** A choice between three ways to compare; which one is exactly one, a rule holds. */
const oneOf = [{ required: ["exact"] }, { required: ["prefix"] }, { required: ["regex"] }];

const headerSchema = z
  .strictObject({
    exact: textOf(line, "The value of the header.").optional(),
    prefix: textOf(line, "What the value begins with.").optional(),
    regex: textOf(line, "An RE2 expression for the whole value.").optional(),
  })
  .meta({ description: "How the header's value is compared.", oneOf });

const matchSchema = z
  .strictObject({
    exact: textOf(requestPath, "The whole path of the request.").optional(),
    prefix: textOf(requestPath, "What the path begins with: /hello takes /hello/you and /helloworld too.").optional(),
    regex: textOf(line, "An RE2 expression for the whole path.").optional(),
    headers: z
      .record(z.string(), headerSchema)
      .meta({ description: "Headers that the request must have, by name.", default: {} })
      .optional(),
    methods: z
      .array(z.enum(methods).meta({ description: "A method." }))
      .min(1)
      .meta({ description: "The methods of requests that the route takes. Default: all." })
      .optional(),
    queryParams: z
      .record(
        z.string(),
        z
          .strictObject({
            exact: textOf(line, "The value, as it stands in the address.").optional(),
            regex: textOf(line, "An RE2 expression for the whole value.").optional(),
          })
          .meta({
            description: "How the first value of the parameter is compared.",
            oneOf: [{ required: ["exact"] }, { required: ["regex"] }],
          }),
      )
      .meta({ description: "Query parameters that the request must have, by name.", default: {} })
      .optional(),
    fromRegions: z
      .array(textOf(locality, "A region of `spec.clusters`."))
      .min(1)
      .meta({
        description: "Limits the route to requests that arrive in these regions. Default: all.",
      })
      .optional(),
  })
  .meta({
    description:
      "Which requests the route takes: at most one of exact, prefix and regex for the path. Default: prefix /.",
  });

const tlsSchema = z
  .strictObject({
    secretName: textOf(subdomain, "The Secret with certificate and key, in the namespace of the ingress gateway."),
    certificate: textOf(
      subdomain,
      "The name of the Certificate that keeps the Secret filled. Needs `issuer`.",
    ).optional(),
    issuer: textOf(subdomain, "The issuer of the certificate, by its name in `spec.issuers`.").optional(),
  })
  .meta({ description: "Serves the route by HTTPS." });

const verifySchema = z
  .strictObject({
    path: textOf(
      requestPath,
      "The path that is asked for, with a query if need be; the route has to match it. Default: made up from `match`.",
      { examples: ["/healthz"] },
    ).optional(),
    method: z
      .enum(methods)
      .meta({ description: "The method. A proof asks hundreds of times.", default: "GET" })
      .optional(),
    headers: z
      .record(
        z.string(),
        formOf(
          z.union([z.string(), z.record(z.string(), z.string())]),
          headerValue,
          "The value of the header, or `{ env: NAME }` with the environment variable that has it, for a token.",
        ),
      )
      .meta({ description: "Headers to ask with, beside those that `match` wants.", default: {} })
      .optional(),
    expect: formOf(
      z.union([z.number(), z.string(), z.array(z.union([z.number(), z.string()]))]),
      expectedStatuses,
      "The status, or statuses, that count as good: 200, 2xx, [200, 404]. Default: whatever the application answers; what the mesh answers in its place is a failure.",
    ).optional(),
  })
  .meta({ description: "How `isthmus verify` asks the route." });

export const routeSchema = z
  .strictObject({
    name: textOf(
      subdomain,
      "The name of the VirtualService, in the service's namespace (with `tls` in istio-system); with `api: gatewayAPI` of the HTTPRoute.",
    ),
    api: z
      .enum(["istio", "gatewayAPI"])
      .meta({
        description:
          "What the route is made of. `gatewayAPI`: an HTTPRoute of the Kubernetes Gateway API, a Gateway in istio-system that the ingress gateway serves, and a Service for each version, `<service>-<version>`. The clusters need the definitions of the Gateway API, and the service's Service is among its `manifests`. It takes weights, `match` (of prefixes / alone), `timeout` and `headers`. All routes of a service, and all of a host, have the same.",
        default: "istio",
      })
      .optional(),
    protocol: z
      .enum(["http", "tls", "tcp"])
      .meta({
        description:
          "What is routed. `http`: requests, gRPC among them. `tls`: connections that come to port 443 of the ingress gateway, by the name in their TLS handshake (SNI), one of `hosts`; the service's own pods end the TLS. `tcp`: connections of callers inside the mesh (`gateway: mesh`) to the service's port. Each connection goes to a version as a whole, by `weights`; nothing else of a route is beside them. All routes of a service have requests, or all have connections.",
        default: "http",
      })
      .optional(),
    // A name with dots is read as NAME.NAMESPACE: https://istio.io/latest/docs/reference/config/networking/virtual-service/
    gateway: textOf(
      label,
      "The name of the Gateway, in the service's namespace (with `tls` in istio-system). It is made for the hosts of all routes that name it. `mesh` is Istio's reserved word for the sidecars: the route is for callers inside the mesh, and no Gateway is made.",
    ).optional(),
    gateways: z
      .array(textOf(label, "The name of a Gateway, or `mesh`."))
      .min(1)
      .meta({
        description:
          "In place of `gateway`: the name of a Gateway and `mesh`, for a route that is at both. `hosts` are those of the Gateway then; inside the mesh the route is for the service's own name.",
        examples: [["mesh", "front"]],
      })
      .optional(),
    hosts: z
      .array(textOf(routeHost, 'A host name, "*.example.org" or "*".'))
      .min(1)
      .meta({
        description:
          "The hosts that the route answers for. With `mesh` alone the names that callers use; default there: the service's own.",
      })
      .optional(),
    match: matchSchema.optional(),
    weights: z
      .record(
        z.string(),
        z.number().meta({ description: "Percent of the requests.", type: "integer", minimum: 0, maximum: 100 }),
      )
      .meta({
        description:
          "Percent of the requests for each version; the sum is 100. A version that is left out gets 0. Every route has them, unless it has `redirect`.",
      })
      .optional(),
    ...routeSettings,
    tls: tlsSchema.optional(),
    dns: z
      .strictObject({
        via: z
          .enum(["externalDns", "isthmus"])
          .meta({ description: "Who writes the records: external-dns in the clusters, or isthmus." }),
      })
      .meta({ description: "Publishes the route's hosts in DNS." })
      .optional(),
    verify: verifySchema.optional(),
  })
  .meta({
    description:
      "A way of HTTP requests to the service, gRPC among them, or with `protocol` of connections, the same on every cluster: a VirtualService of Istio, or with `api` an HTTPRoute of the Gateway API. GRPCRoutes are not written.",
  });
