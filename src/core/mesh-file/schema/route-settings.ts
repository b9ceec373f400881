import * as z from "zod";
import { isWhole } from "../duration.ts";
import { headerToken, line, retryConditions, subdomain } from "./scalars.ts";
import type { TextForm, ValueForm } from "./text-form.ts";
import { formOf, textOf } from "./text-form.ts";

/**
 * Istio's own settings of an HTTP route, under their names in a VirtualService
 * (https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute).
 * Fields that Istio has deprecated or never carried out are left out:
 * mirrorPercent, allowOrigin, percent, exponentialDelay, http2Error.
 */

/** Go's, without days, from a millisecond on and in whole ones (istio.io/istio, pkg/config/validation/agent, ValidateDuration). */
const goDuration: TextForm = {
  code: "ISM114",
  wanted: "a duration of Istio such as 500ms, 3s or 1m30s, of at least one millisecond",
  test: (text) => !/[dµun]/.test(text) && isWhole(text, 1000),
  fix: (text) => (/^\d+$/.test(text) ? `Add the unit, as in ${text}s.` : "Write for example 3s."),
  pattern: "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$",
};

/** istio.io/istio, pkg/config/validation, validateCORSPolicy: "max_age duration is accurate only to seconds precision". */
const wholeSeconds: TextForm = {
  ...goDuration,
  wanted: "a duration of Istio in whole seconds such as 30s, 10m or 24h",
  test: (text) => goDuration.test(text) && isWhole(text, 1),
  fix: (text) => (/^\d+$/.test(text) ? `Add the unit, as in ${text}s.` : "Write for example 24h."),
};

const percent: ValueForm = {
  code: "ISM118",
  wanted: "a number from 0 to 100",
  test: (value) => typeof value === "number" && value >= 0 && value <= 100,
  fix: "Write for example 10 or 0.5.",
};

/** Others become 301 in proxies: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#envoy-v3-api-enum-config-route-v3-redirectaction-redirectresponsecode */
const redirectStatus: ValueForm = {
  code: "ISM118",
  wanted: "301, 302, 303, 307 or 308",
  test: (value) => [301, 302, 303, 307, 308].includes(value as number),
  fix: "Write 301 for good, 302 for now, or 308 and 307 where the method has to stay.",
};

const percentage = z
  .strictObject({
    value: formOf(z.number(), percent, "Percent of the requests, from 0 to 100; 0.1 is one in a thousand."),
  })
  .meta({ description: "The share of the requests." });

const comparison = z
  .strictObject({
    exact: textOf(line, "The whole value.").optional(),
    prefix: textOf(line, "What the value begins with.").optional(),
    regex: textOf(line, "An RE2 expression for the whole value.").optional(),
  })
  .meta({ description: "An origin." });

const flag = (description: string): z.ZodBoolean => z.boolean().meta({ description });

const retries = z
  .strictObject({
    attempts: z
      .int()
      .min(0)
      .max(2_147_483_647)
      .meta({ description: "How often a request is tried again; 0 turns retries off." }),
    perTryTimeout: textOf(
      goDuration,
      "How long one try may take, connecting left out; what it ends is tried again by reset, gateway-error or 5xx in retryOn. Default: the route's timeout.",
    ).optional(),
    retryOn: textOf(
      retryConditions,
      "What is tried again, with commas: Envoy's words and statuses. Default: connect-failure,refused-stream,unavailable,cancelled,503.",
    ).optional(),
    retryRemoteLocalities: flag("Whether a try may go to another locality.").optional(),
    retryIgnorePreviousHosts: flag(
      "Whether a try leaves out the hosts that have failed. From Istio 1.26 on.",
    ).optional(),
    backoff: textOf(
      goDuration,
      "How long to wait at least before the first retry. From Istio 1.26 on. Default: 25ms.",
    ).optional(),
  })
  .meta({ description: "Istio's retries: how often and when a request is tried again." });

const mirror = z
  .strictObject({
    host: textOf(
      subdomain,
      "The Service that gets a copy of each request; a name without dots is one of the service's namespace.",
    ),
    subset: textOf(line, "A version of it.").optional(),
    port: z
      .strictObject({
        number: z
          .int()
          .min(1)
          .max(65_535)
          .meta({ description: "The port of the Service. Default: that of the mesh file." }),
      })
      .meta({ description: "Where the Service is asked." })
      .optional(),
  })
  .meta({ description: "Istio's mirror: who gets copies of the requests; their answers are thrown away." });

/** TranslateFault of istio.io/istio (pilot/pkg/networking/core/route): without a percentage it is 0. */
const faulty = percentage.meta({ description: "The share of the requests; without it Istio would take none." });

const fault = z
  .strictObject({
    delay: z
      .strictObject({
        fixedDelay: textOf(goDuration, "How long a request is held back."),
        percentage: faulty,
      })
      .meta({ description: "Requests that are held back." })
      .optional(),
    abort: z
      .strictObject({
        httpStatus: z.int().min(200).max(599).meta({ description: "The status that is answered." }).optional(),
        grpcStatus: z
          .enum([
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED",
          ])
          .meta({ description: "The status of gRPC that is answered." })
          .optional(),
        percentage: faulty,
      })
      .meta({ description: "Requests that are answered with an error and reach no application." })
      .optional(),
  })
  .meta({ description: "Istio's fault: errors and delays on purpose, for tests of callers." });

const headerValues = z.record(z.string(), textOf(line, "The value of the header."));

function headerChanges(of: string) {
  return z
    .strictObject({
      set: headerValues
        .meta({ description: "Headers that get this value, whatever they had.", default: {} })
        .optional(),
      add: headerValues
        .meta({ description: "Headers that get this value beside what they had.", default: {} })
        .optional(),
      remove: z
        .array(textOf(headerToken, "The name of a header."))
        .meta({ description: "Headers that are taken away.", default: [] })
        .optional(),
    })
    .meta({ description: `What changes about the headers of ${of}.` });
}

const headers = z
  .strictObject({ request: headerChanges("requests").optional(), response: headerChanges("answers").optional() })
  .meta({ description: "Istio's headers: what is set, added and removed." });

const redirect = z
  .strictObject({
    uri: textOf(line, "The path that is answered. Default: the request's.").optional(),
    prefixRewrite: textOf(line, "What takes the place of the prefix of `match`. From Istio 1.31 on.").optional(),
    authority: textOf(line, "The host that is answered. Default: the request's.").optional(),
    scheme: z.enum(["http", "https"]).meta({ description: "The scheme that is answered." }).optional(),
    port: z.int().min(1).max(65_535).meta({ description: "The port that is answered." }).optional(),
    derivePort: z
      .enum(["FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT"])
      .meta({ description: "Where the port that is answered comes from." })
      .optional(),
    redirectCode: formOf(z.number(), redirectStatus, "The status: 301, 302, 303, 307 or 308. Default: 301.").optional(),
  })
  .meta({
    description:
      "Istio's redirect: requests are answered with another address, and no version gets them. In place of `weights`.",
  });

const rewrite = z
  .strictObject({
    uri: textOf(line, "What takes the place of the path or prefix of `match`.").optional(),
    authority: textOf(line, "The host that the application sees.").optional(),
    uriRegexRewrite: z
      .strictObject({
        match: textOf(line, "An RE2 expression for a part of the path."),
        rewrite: textOf(line, "What takes its place; \\1 is the first group."),
      })
      .meta({ description: "Rewrites the path by an expression. From Istio 1.19 on." })
      .optional(),
  })
  .meta({ description: "Istio's rewrite: the path and host that the application sees." });

const names = (what: string, form = headerToken) =>
  z.array(textOf(form, `The name of a ${what}.`)).meta({ default: [] });

const corsPolicy = z
  .strictObject({
    allowOrigins: z.array(comparison).meta({ description: "Origins whose pages may ask.", default: [] }).optional(),
    allowMethods: names("method").meta({ description: "Methods that they may ask with." }).optional(),
    allowHeaders: names("header").meta({ description: "Headers that they may send." }).optional(),
    exposeHeaders: names("header").meta({ description: "Headers that they may read." }).optional(),
    maxAge: textOf(wholeSeconds, "How long a browser may keep this, in whole seconds.").optional(),
    allowCredentials: flag("Whether they may send credentials.").optional(),
    unmatchedPreflights: z
      .enum(["FORWARD", "IGNORE"])
      .meta({ description: "What becomes of other preflight requests. From Istio 1.23 on." })
      .optional(),
  })
  .meta({ description: "Istio's corsPolicy: which pages of other origins may ask." });

/** Fields of a route, all of them optional. */
export const routeSettings = {
  timeout: textOf(
    goDuration,
    "Istio's timeout: how long a request may take, retries included. Default: no limit.",
  ).optional(),
  retries: retries.optional(),
  mirror: mirror.optional(),
  mirrorPercentage: percentage
    .meta({ description: "The share of the requests that `mirror` copies. Default: all." })
    .optional(),
  fault: fault.optional(),
  headers: headers.optional(),
  redirect: redirect.optional(),
  rewrite: rewrite.optional(),
  corsPolicy: corsPolicy.optional(),
} as const;
