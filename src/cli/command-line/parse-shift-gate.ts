import { describeLimit, isMeasurable } from "../../core/decide/answer-times.ts";
import type { ShiftRequest } from "../../engine/operations/progressive-shift.ts";
import { usageError } from "./usage-error.ts";

/** What `shift` is told of its gate. */
export interface GateArgs {
  readonly maxErrorRate: string | undefined;
  /** In milliseconds, as `every`. */
  readonly maxP99: number | undefined;
  readonly every: number;
  readonly allowUnproven: boolean;
}

/** The gate that options ask for; undefined without one. A UserError (64) for limits that are none, and for steps that are not held. */
export function parseShiftGate({ maxErrorRate, maxP99, every, allowUnproven }: GateArgs): ShiftRequest["gate"] {
  if (maxErrorRate === undefined && maxP99 === undefined) {
    return undefined;
  }
  if (every === 0) {
    throw usageError(
      "ISM005",
      `${maxErrorRate === undefined ? "--max-p99" : "--max-error-rate"} goes by the requests while a step is held for --every, and 0s holds none.`,
      "Write for example --every 5m",
    );
  }
  return {
    maxErrorRate: maxErrorRate === undefined ? undefined : parseErrorRate(maxErrorRate),
    maxP99Ms: maxP99 === undefined ? undefined : parseLimit(maxP99),
    allowUnproven,
  };
}

/** `1%`, `0.5%` or `1` as a share: 0.01, 0.005. A UserError (64) unless it is above 0 and below 100 percent. */
function parseErrorRate(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)\s?%?$/.exec(text)?.[1] ?? "0");
  if (percent <= 0 || percent >= 100) {
    throw usageError(
      "ISM005",
      `--max-error-rate is ${JSON.stringify(text)}, and has to be a percentage above 0 and below 100.`,
      "Write for example --max-error-rate 1%",
    );
  }
  return percent / 100;
}

/** A limit of times in milliseconds, without what dividing seconds has added. A UserError (64) unless gateways can divide answers at it. */
function parseLimit(given: number): number {
  const limitMs = Number(given.toPrecision(6));
  if (isMeasurable(limitMs)) {
    return limitMs;
  }
  const bin = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, limitMs))) - 1);
  const next = describeLimit(Math.max(1, Math.ceil(limitMs / bin) * bin));
  throw usageError(
    "ISM005",
    `--max-p99 is ${describeLimit(limitMs)}, and gateways count answers by times of two digits: 290 ms, 300 ms, 310 ms, 1.2 s.`,
    `Write for example --max-p99 ${next.replace(" ", "")}`,
  );
}

/** `["1", "5", "25"]` as parts of the way in percent. A UserError (64) unless they are whole percentages that rise, up to 100. */
export function parseSteps(texts: readonly string[]): readonly number[] {
  const parts = texts.map((text) => (/^\d{1,3}%?$/.test(text) ? Number.parseInt(text, 10) : Number.NaN));
  const rises = parts.every((part, index) => part > (parts[index - 1] ?? 0) && part <= 100);
  if (!rises || parts.length === 0) {
    throw usageError(
      "ISM005",
      `--steps is ${texts.join(",")}, and has to be whole percentages of the way, each larger than the one before, up to 100.`,
      "Write for example --steps 1,5,25,100",
    );
  }
  return parts;
}
