import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LeaseFacts } from "./lease.ts";
import { decideLease, leaseDurationMs, leaseRenewalMs, leaseWatchMs } from "./lease.ts";

const now = Date.UTC(2026, 0, 1);
const held = {
  holder: "ana@laptop/7",
  claim: "theirs",
  renewedAt: now - 5000,
  durationMs: leaseDurationMs,
  holderGone: false,
  watchedMs: 0,
  renewedMeanwhile: false,
};
const expired = { ...held, renewedAt: now - leaseDurationMs };
const facts = (present: LeaseFacts["present"]): LeaseFacts => ({
  now,
  claim: "ours",
  present,
  watchMs: leaseWatchMs,
});

describe("the Lease of a mesh", () => {
  it.each([
    ["is taken where there is none", undefined, "take", "nobody"],
    ["is taken once it was released", { ...held, holder: "" }, "take", "nobody"],
    ["is kept when it is ours already", { ...held, claim: "ours" }, "keep", "ours"],
    ["is refused while somebody renews it", held, "refuse", "held"],
    ["is refused when its holder's clock is ahead", { ...held, renewedAt: now + 60_000 }, "refuse", "held"],
    ["is taken when its holder was killed on this machine", { ...held, holderGone: true }, "take", "has ended"],
    ["is watched when it has expired by our clock", expired, "watch", "by our clock"],
    [
      "is watched when it does not say when it was renewed",
      { ...held, renewedAt: Number.NaN },
      "watch",
      "by our clock",
    ],
    [
      "is refused when it is renewed by a clock that is behind",
      { ...expired, watchedMs: leaseWatchMs, renewedMeanwhile: true },
      "refuse",
      "behind",
    ],
    [
      "is taken when nobody renewed it while it was watched",
      { ...expired, watchedMs: leaseWatchMs },
      "take",
      "expired",
    ],
  ] as const)("%s", (_sentence, present, action, reason) => {
    const verdict = decideLease(facts(present));
    expect(verdict.action).toBe(action);
    expect(verdict.reason).toContain(reason);
  });

  it("is never taken from a holder who lives and renews, whatever the clocks say", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -86_400_000, max: 86_400_000 }),
        fc.constantFrom(0, leaseWatchMs),
        (skew, watchedMs) => {
          const present = { ...held, renewedAt: now + skew, watchedMs, renewedMeanwhile: watchedMs > 0 };
          expect(["refuse", "watch"]).toContain(decideLease(facts(present)).action);
        },
      ),
    );
  });

  it("is watched for longer than a renewal takes, and holds for several renewals", () => {
    expect(leaseWatchMs).toBeGreaterThan(leaseRenewalMs);
    expect(leaseDurationMs).toBeGreaterThan(2 * leaseRenewalMs);
  });
});
