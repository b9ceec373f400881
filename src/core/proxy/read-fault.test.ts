import { expect, it } from "vitest";
import { percentOf, readFault } from "./read-fault.ts";

it("reads which share of the requests gets an error, and which is late", () => {
  expect(
    readFault({
      abort: { http_status: 503, percentage: { numerator: 250_000, denominator: "MILLION" } },
      delay: { fixed_delay: "7.5s", percentage: { numerator: 10 } },
    }),
  ).toEqual({ abort: { status: 503, percent: 25 }, delay: { seconds: 7.5, percent: 10 } });
});

it("takes a fault for no request as none", () => {
  expect(readFault({ abort: { http_status: 503, percentage: {} } })).toBeUndefined();
  expect(readFault({ delay: { fixed_delay: "1s" } })).toBeUndefined();
  expect(readFault(undefined)).toBeUndefined();
  expect(percentOf({ numerator: 5, denominator: "TEN_THOUSAND" })).toBe(0.05);
});
