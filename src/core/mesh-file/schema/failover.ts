import * as z from "zod";
import { fieldDefaults } from "../field-defaults.ts";
import { istioDuration, line, locality, retryConditions } from "./scalars.ts";
import { textOf } from "./text-form.ts";

const defaults = fieldDefaults.failover;

function errorsInARow(description: string, standard: number | undefined) {
  return z
    .int()
    .min(0)
    .max(1000)
    .meta({ description, ...(standard === undefined ? {} : { default: standard }) });
}

function percent(description: string, standard: number) {
  return z.int().min(0).max(100).meta({ description, default: standard });
}

const outlierDetectionSchema = z
  .strictObject({
    consecutiveGatewayErrors: errorsInARow(
      "After how many 502, 503 and 504 in a row an endpoint counts as failed; a connection that fails or a try that takes too long is one of them. 0 turns it off.",
      defaults.consecutiveGatewayErrors,
    ).optional(),
    consecutive5xxErrors: errorsInARow(
      "After how many answers 500 to 599 in a row an endpoint counts as failed. 0 turns it off.",
      defaults.consecutive5xxErrors,
    ).optional(),
    splitExternalLocalOriginErrors: z
      .boolean()
      .meta({
        description: "Whether failures to reach an endpoint are counted apart from its answers.",
        default: false,
      })
      .optional(),
    consecutiveLocalOriginFailures: errorsInARow(
      "After how many failures in a row to reach it an endpoint counts as failed. Needs `splitExternalLocalOriginErrors`.",
      undefined,
    ).optional(),
    interval: textOf(istioDuration, "How often Envoy looks whether an ejection has ended.", {
      default: defaults.interval,
    }).optional(),
    baseEjectionTime: textOf(
      istioDuration,
      "How long a failed endpoint gets no requests; each further time longer by as much, up to five minutes or this time if it is longer.",
      { default: defaults.baseEjectionTime },
    ).optional(),
    maxEjectionPercent: percent(
      "How many of the endpoints may be ejected at once. With less than 100 a few endpoints never fail over.",
      defaults.maxEjectionPercent,
    ).optional(),
    minHealthPercent: percent(
      "Below which share of healthy endpoints Envoy tries ejected ones again. The default does so only when all are ejected; 0 answers 503 then.",
      defaults.minHealthPercent,
    ).optional(),
  })
  .meta({ description: "Istio's outlierDetection: when an endpoint counts as failed." });

const retriesSchema = z
  .strictObject({
    attempts: z
      .int()
      .min(0)
      .max(10)
      .meta({
        description:
          "How often a request is tried again; the third try goes to the next region or cluster. 0 turns it off.",
        default: defaults.attempts,
      })
      .optional(),
    perTryTimeout: textOf(
      istioDuration,
      "How long an endpoint may take until its answer begins. Longer is a failure, which is how a cluster that hangs is found out.",
      { default: defaults.perTryTimeout },
    ).optional(),
    retryOn: textOf(
      retryConditions,
      "Envoy's conditions for another try. The default tries again what no application has taken or what got 503; reset and gateway-error lose less and may more often do a request twice.",
      { default: defaults.retryOn },
    ).optional(),
  })
  .meta({ description: "Istio's retries for the routes of the service." });

export const failoverSchema = z
  .strictObject({
    regions: z
      .array(
        z
          .strictObject({
            from: textOf(locality, "The region whose endpoints have failed."),
            to: textOf(locality, "The region that takes over."),
          })
          .meta({ description: "One direction of failover." }),
      )
      .meta({ description: "Which region takes over for which; the others come after it." })
      .optional(),
    priority: z
      .array(textOf(line, "A label of pods, with or without =value."))
      .meta({
        description:
          "Istio's failoverPriority: labels that an endpoint should share with the client, the most important first. Default, without `regions`: the network, region and zone.",
      })
      .optional(),
    connectTimeout: textOf(istioDuration, "How long a connection to an endpoint may take.", {
      default: defaults.connectTimeout,
    }).optional(),
    outlierDetection: outlierDetectionSchema.optional(),
    retries: retriesSchema.optional(),
  })
  .meta({
    description:
      "What takes over when endpoints of a version fail: those of the same version in other zones, regions and clusters. {} for the defaults.",
  });
