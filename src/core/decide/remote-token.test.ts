import { describe, expect, it } from "vitest";
import type { RemoteTokenFacts } from "./remote-token.ts";
import { decideRemoteToken } from "./remote-token.ts";

const day = 86_400_000;
const now = Date.UTC(2026, 0, 1);
const good = { expired: false, expiresAt: now + 60 * day, createdAt: now - 30 * day, clusterId: "c-one" };
const facts = (present: RemoteTokenFacts["present"]): RemoteTokenFacts => ({
  now,
  rotateBeforeMs: 14 * day,
  clusterId: "c-one",
  present,
});

describe("the token of a remote secret", () => {
  it.each([
    ["stays while it works and does not end soon", { known: good }, "keep", "not about to end"],
    ["stays when it never ends", { known: { ...good, expiresAt: undefined } }, "keep", "not about to end"],
    ["is made where there is none", undefined, "issue", "no remote secret"],
    ["is made anew when Rancher does not know it", { known: undefined }, "issue", "does not know"],
    ["is made anew when it opens another cluster", { known: { ...good, clusterId: "c-two" } }, "issue", "for c-two"],
    [
      "is made anew when it opens every cluster",
      { known: { ...good, clusterId: undefined } },
      "issue",
      "every cluster",
    ],
    ["is made anew when Rancher calls it expired", { known: { ...good, expired: true } }, "issue", "has ended"],
    ["is made anew when its time is over", { known: { ...good, expiresAt: now } }, "issue", "has ended"],
    ["is made anew two weeks before its end", { known: { ...good, expiresAt: now + 14 * day } }, "issue", "in 14 days"],
    [
      "stays in the first half of its life, though that is short",
      { known: { ...good, createdAt: now - day, expiresAt: now + 5 * day } },
      "keep",
      "works",
    ],
    [
      "is made anew in the second half of a short life",
      { known: { ...good, createdAt: now - 5 * day, expiresAt: now + 5 * day } },
      "issue",
      "in 5 days",
    ],
    ["stays the day before that", { known: { ...good, expiresAt: now + 14 * day + 1 } }, "keep", "works"],
  ] as const)("%s", (_sentence, present, action, reason) => {
    const verdict = decideRemoteToken(facts(present));
    expect(verdict.action).toBe(action);
    expect(verdict.reason).toContain(reason);
  });
});
