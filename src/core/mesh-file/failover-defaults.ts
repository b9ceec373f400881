import type { Failover, OutlierDetection } from "../model/mesh.ts";
import { readDuration } from "./duration.ts";
import { fieldDefaults } from "./field-defaults.ts";
import type { RawMesh } from "./schema/mesh.ts";

type RawFailover = NonNullable<NonNullable<RawMesh["spec"]["services"]>[number]["failover"]>;

const defaults = fieldDefaults.failover;

/** A service's `failover` with every default filled in; durations in seconds. */
export function fillFailover(raw: RawFailover): Failover {
  return {
    regions: raw.regions ?? [],
    priority: raw.priority ?? [],
    connectTimeoutSeconds: secondsOf(raw.connectTimeout ?? defaults.connectTimeout),
    outlierDetection: fillOutlierDetection(raw.outlierDetection ?? {}),
    retries: fillRetries(raw.retries ?? {}),
  };
}

function fillOutlierDetection(raw: NonNullable<RawFailover["outlierDetection"]>): OutlierDetection {
  const { interval, baseEjectionTime, consecutiveLocalOriginFailures, ...rest } = raw;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const { consecutiveGatewayErrors, consecutive5xxErrors, maxEjectionPercent, minHealthPercent } = defaults;
  return {
    consecutiveGatewayErrors,
    consecutive5xxErrors,
    maxEjectionPercent,
    minHealthPercent,
    splitExternalLocalOriginErrors: false,
    ...given,
    ...(consecutiveLocalOriginFailures === undefined ? {} : { consecutiveLocalOriginFailures }),
    intervalSeconds: secondsOf(interval ?? defaults.interval),
    baseEjectionTimeSeconds: secondsOf(baseEjectionTime ?? defaults.baseEjectionTime),
  };
}

function fillRetries(raw: NonNullable<RawFailover["retries"]>): Failover["retries"] {
  return {
    attempts: raw.attempts ?? defaults.attempts,
    perTryTimeoutSeconds: secondsOf(raw.perTryTimeout ?? defaults.perTryTimeout),
    retryOn: raw.retryOn ?? defaults.retryOn,
  };
}

/** The schema has let durations through only. */
function secondsOf(text: string): number {
  return readDuration(text) ?? 0;
}
