import { describe, expect, it } from "vitest";
import type {
  CertificateFacts,
  HeldCertificate,
  PresentCertificate,
  WantedCertificate,
} from "./certificate-renewal.ts";
import { decideCertificate, renewalOf } from "./certificate-renewal.ts";

const day = 24 * 3600 * 1000;
const now = Date.parse("2026-11-30T00:00:00Z");
const wanted: WantedCertificate = {
  names: ["*.example.test", "example.test"],
  server: "https://acme.example/dir",
  keyType: "ecdsa-p256",
};

function held(cluster: string, change: Partial<PresentCertificate> = {}): PresentCertificate {
  return {
    cluster,
    kind: "present",
    names: wanted.names,
    notBefore: now - 10 * day,
    notAfter: now + 80 * day,
    serial: "0A",
    keyType: "ecdsa-p256",
    server: wanted.server,
    ...change,
  };
}

function decide(all: readonly HeldCertificate[], change: Partial<CertificateFacts> = {}) {
  return decideCertificate({ wanted, held: all, now, ...change });
}

describe("a certificate for many clusters", () => {
  it("is kept where all hold the same one and it is not due", () => {
    expect(decide([held("west"), held("east")])).toEqual({
      action: "keep",
      reason: "it is valid and as the mesh file asks",
      from: "west",
      renewAt: now + 50 * day,
    });
  });

  it("is ordered where no cluster holds one", () => {
    expect(decide([{ cluster: "west", kind: "absent" }])).toEqual({
      action: "order",
      reason: "no cluster that answers holds one",
    });
  });

  it("is not ordered where no cluster answers, which says nothing of what they hold", () => {
    expect(decide([])).toEqual({ action: "wait", reason: "no cluster that is to show it answers" });
  });

  it("waits for a cluster that has not said what it holds, where nothing else fits", () => {
    const unread = ["east"];
    expect(decide([{ cluster: "west", kind: "absent" }], { unread })).toEqual({
      action: "wait",
      reason: "east has not said what it holds, and no other cluster holds one that fits",
    });
    expect(decide([held("west")], { unread }).action).toBe("keep");
    expect(decide([held("west", { keyType: "rsa-2048" })], { unread })).toMatchObject({
      action: "order",
      from: "west",
    });
    expect(decide([{ cluster: "west", kind: "absent" }], { unread, forced: true }).action).toBe("order");
  });

  it("is put into a cluster that lacks it, from one that has it, without an order", () => {
    expect(decide([{ cluster: "west", kind: "absent" }, held("east")])).toMatchObject({
      action: "place",
      reason: "east holds a valid one; west: it holds none",
      from: "east",
    });
  });

  it("is the one that lasts longest where clusters disagree", () => {
    const newer = held("east", { serial: "0B", notAfter: now + 85 * day });
    expect(decide([held("west"), newer])).toMatchObject({
      action: "place",
      from: "east",
      reason: "east holds a valid one; west: it holds another one (serial 0A)",
    });
  });

  const lacks: readonly (readonly [string, Partial<PresentCertificate>, string])[] = [
    ["has ended", { notAfter: now - 1 }, "its certificate ended on 2026-11-29 23:59"],
    ["has not begun", { notBefore: now + day }, "its certificate is valid only from 2026-12-01 00:00"],
    [
      "has another key",
      { flaw: "has a key of another certificate" },
      "its certificate has a key of another certificate",
    ],
    ["lacks a name", { names: ["example.test"] }, "its certificate is not for *.example.test"],
    [
      "has a name too many",
      { names: [...wanted.names, "old.example.test"] },
      "its certificate is also for old.example.test, which no route has any more",
    ],
    [
      "is of another server",
      { server: "https://other.example/dir" },
      "its certificate was ordered from https://other.example/dir",
    ],
    ["has another type of key", { keyType: "rsa-2048" }, "its key is of type rsa-2048"],
  ];
  it.each(lacks)("is ordered where the only one %s", (_what, change, words) => {
    expect(decide([held("west", change)])).toMatchObject({ action: "order", reason: `west: ${words}` });
    // Another cluster's is taken before anything is ordered.
    expect(decide([held("west", change), held("east", { serial: "0C" })])).toMatchObject({
      action: "place",
      from: "east",
    });
  });

  it("goes on with what clients accept where an order for a change in the mesh file fails, and with nothing else", () => {
    const fallback = (change: Partial<PresentCertificate>) => decide([held("west", change)]).from;
    expect(fallback({ names: [...wanted.names, "old.example.test"] })).toBe("west");
    expect(fallback({ keyType: "rsa-2048" })).toBe("west");
    expect(fallback({ server: "https://other.example/dir" })).toBe("west");
    expect(fallback({ names: ["example.test"] })).toBeUndefined();
    expect(fallback({ notAfter: now - 1 })).toBeUndefined();
    expect(fallback({ flaw: "has a key of another certificate" })).toBeUndefined();
    const host = { ...wanted, names: ["a.example.test"] };
    expect(decide([held("west")], { wanted: host }).from).toBe("west");
  });

  it("is ordered where somebody else has filled the Secret, or nothing in it can be read", () => {
    const { server: _, ...foreign } = held("west");
    expect(decide([foreign]).reason).toBe("west: its certificate was not ordered by isthmus");
    expect(decide([{ cluster: "west", kind: "unreadable" }]).reason).toBe(
      "west: its Secret holds no certificate that can be read",
    );
  });

  it("is ordered with another profile only where the mesh file names one", () => {
    expect(decide([held("west", { profile: "classic" })]).action).toBe("keep");
    const short = { ...wanted, profile: "shortlived" };
    expect(decide([held("west", { profile: "classic" })], { wanted: short })).toEqual({
      action: "order",
      from: "west",
      reason: "west: its certificate has the profile classic",
    });
  });

  it("is ordered when it is due, and the clusters go on with what they hold where that fails", () => {
    const due = held("west", { notBefore: now - 61 * day, notAfter: now + 29 * day });
    expect(decide([due])).toEqual({
      action: "order",
      reason: "it is due since 2026-11-29 00:00: a third of its 90 d is left",
      from: "west",
      renewAt: now - day,
    });
  });

  it("is ordered when its authority wants that, whatever is left of its life", () => {
    const windows = { "0A": { start: now - 2 * day, end: now - day } };
    expect(decide([held("west")], { windows })).toMatchObject({ action: "order", from: "west" });
    const later = { "0A": { start: now + 10 * day, end: now + 12 * day } };
    const due = held("west", { notBefore: now - 61 * day, notAfter: now + 29 * day });
    expect(decide([due], { windows: later }).action).toBe("keep");
  });

  it("is ordered when a person wants a new one", () => {
    expect(decide([held("west")], { forced: true })).toMatchObject({ action: "order", from: "west" });
  });
});

describe("the day of renewal", () => {
  const renewal = (lifeDays: number, change: Parameters<typeof renewalOf>[1] = {}) =>
    (renewalOf({ notBefore: 0, notAfter: lifeDays * day, serial: "0A" }, change).at / day).toFixed(1);

  it.each([
    [90, "60.0"],
    [64, "42.7"],
    [45, "30.0"],
    [6, "3.0"],
  ])("of a certificate of %i days is day %s", (life, at) => {
    expect(renewal(life)).toBe(at);
  });

  it("is as long before the end as renewBefore says, unless that is the whole life", () => {
    expect(renewal(90, { renewBeforeSeconds: 20 * 86_400 })).toBe("70.0");
    expect(renewal(6, { renewBeforeSeconds: 20 * 86_400 })).toBe("3.0");
  });

  it("does not follow a window that goes on after the end", () => {
    const window = { start: 89 * day, end: 91 * day };
    expect(renewalOf({ notBefore: 0, notAfter: 90 * day, serial: "0A" }, {}, window).at).toBe(60 * day);
  });

  it("is in the authority's window, at a place that the serial number chooses", () => {
    const window = { start: 59 * day, end: 61 * day };
    const at = ["0A", "0B", "0C", "0D"].map(
      (serial) => renewalOf({ notBefore: 0, notAfter: 90 * day, serial }, {}, window).at / day,
    );
    expect(at.every((one) => one >= 59 && one <= 61)).toBe(true);
    expect(new Set(at).size).toBe(4);
    // Whoever asked for it earlier gets it earlier.
    const early = { renewBeforeSeconds: 50 * 86_400 };
    expect(renewalOf({ notBefore: 0, notAfter: 90 * day, serial: "0A" }, early, window).at).toBe(40 * day);
  });
});
