import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CounterReading, EndpointCounters } from "./count-answers.ts";
import { countAnswers } from "./count-answers.ts";

function reading(
  versions: Readonly<Record<string, Readonly<Record<string, EndpointCounters>>>>,
  changes = 0,
): CounterReading {
  return {
    changes,
    versions: Object.fromEntries(
      Object.entries(versions).map(([version, hosts]) => [version, new Map(Object.entries(hosts))]),
    ),
  };
}
const before = reading({ v1: { a: { success: 100, error: 7 } }, v2: { b: { success: 50, error: 0 } } });
const after = (v1: Partial<EndpointCounters>, v2: Partial<EndpointCounters>): CounterReading =>
  reading({
    v1: { a: { success: 100 + (v1.success ?? 0), error: 7 + (v1.error ?? 0) } },
    v2: { b: { success: 50 + (v2.success ?? 0), error: v2.error ?? 0 } },
  });
const sent = (answered: number, answeredError = 0, unanswered = 0) => ({ answered, answeredError, unanswered });

describe("the requests that each version got", () => {
  it("are the differences of its endpoints' counters", () => {
    expect(countAnswers(before, after({ success: 10 }, { success: 90 }), sent(100))).toMatchObject({
      kind: "counted",
      answers: { v1: 10, v2: 90 },
      unattributed: 0,
    });
  });

  it("are one for a request that is retried, though Envoy counts each attempt", () => {
    // Every request to v1 fails twice before it is answered.
    expect(countAnswers(before, after({ success: 50, error: 100 }, { success: 50 }), sent(100))).toMatchObject({
      kind: "counted",
      answers: { v1: 50, v2: 50 },
    });
  });

  it("have the failing ones among them, where as many attempts failed as requests", () => {
    expect(
      countAnswers(before, after({ success: 30, error: 20 }, { success: 45, error: 5 }), sent(75, 25)),
    ).toMatchObject({
      kind: "counted",
      answers: { v1: 50, v2: 50 },
      unattributed: 0,
    });
  });

  it("have the failing ones among them, where one version alone fails, retried or not", () => {
    expect(countAnswers(before, after({ success: 50 }, { error: 150 }), sent(50, 50))).toMatchObject({
      kind: "counted",
      answers: { v1: 50, v2: 50 },
      unattributed: 0,
    });
  });

  it("leave out requests of which it cannot be said, and say how many", () => {
    expect(
      countAnswers(before, after({ success: 30, error: 40 }, { success: 30, error: 60 }), sent(60, 40)),
    ).toMatchObject({
      kind: "counted",
      answers: { v1: 30, v2: 30 },
      unattributed: 40,
    });
    // No healthy upstream: such a request is counted at no endpoint.
    expect(countAnswers(before, after({ success: 90 }, {}), sent(90, 0, 10))).toMatchObject({
      kind: "counted",
      answers: { v1: 90, v2: 0 },
      unattributed: 10,
    });
  });

  it("are not known when a counter began anew", () => {
    const anew = reading({ v1: { a: { success: 10, error: 0 } }, v2: { b: { success: 140, error: 0 } } });
    expect(countAnswers(before, anew, sent(100)).kind).toBe("restarted");
  });

  it("are not known when a counter may have begun anew and passed its old value since", () => {
    const young = reading({ v1: { a: { success: 3, error: 0 } }, v2: { b: { success: 3, error: 0 } } }, 7);
    const now = { v1: { a: { success: 50, error: 0 } }, v2: { b: { success: 53, error: 0 } } };
    expect(countAnswers(young, reading(now, 8), sent(100)).kind).toBe("restarted");
    expect(countAnswers(young, reading(now, 7), sent(100)).kind).toBe("elsewhere");
  });

  it("are not known when an endpoint has gone with its counters", () => {
    const gone = reading({ v1: {}, v2: { b: { success: 140, error: 0 } } });
    expect(countAnswers(before, gone, sent(90)).kind).toBe("restarted");
  });

  it("count an endpoint that has come meanwhile from nothing", () => {
    const more = reading({
      v1: { a: { success: 105, error: 7 }, c: { success: 5, error: 0 } },
      v2: { b: { success: 140, error: 0 } },
    });
    expect(countAnswers(before, more, sent(100))).toMatchObject({ kind: "counted", answers: { v1: 10, v2: 90 } });
  });

  it("are not known when others asked too, or something else answered", () => {
    expect(countAnswers(before, after({ success: 60 }, { success: 70 }), sent(100))).toMatchObject({
      kind: "others",
      seen: 130,
    });
    expect(countAnswers(before, after({ success: 60 }, { success: 0 }), sent(100))).toMatchObject({
      kind: "elsewhere",
      seen: 60,
    });
  });

  it("never are more than were sent, and say of each request where it went or that it is not known", () => {
    const counter = fc.nat(50);
    fc.assert(
      fc.property(counter, counter, counter, counter, fc.nat(20), (ok1, ok2, bad1, bad2, lost) => {
        const counted = countAnswers(
          before,
          after({ success: ok1, error: bad1 }, { success: ok2, error: bad2 }),
          sent(ok1 + ok2, bad1 + bad2, lost),
        );
        const total = Object.values(counted.answers).reduce((sum, one) => sum + one, counted.unattributed);
        expect(counted.kind).toBe("counted");
        expect(total).toBe(ok1 + ok2 + bad1 + bad2 + lost);
      }),
    );
  });
});
