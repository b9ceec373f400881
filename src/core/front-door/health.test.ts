import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AddressHealth, Sighting } from "./health.ts";
import { judgeRound, nextHealth } from "./health.ts";

const settings = { failures: 2, successes: 3 };
const up: AddressHealth = { state: "up", against: 0, failedFrom: [] };

function see(from: string | undefined, west: boolean, east: boolean): Sighting {
  return { from, answered: { "192.0.2.1": west, "192.0.2.2": east } };
}

const east = { address: "192.0.2.2", cluster: "east" };

describe("a round of health checks", () => {
  it("calls an address dead when two places get no answer", () => {
    expect(judgeRound([see(undefined, true, false), see("west", true, false)], east)).toMatchObject({
      verdict: "dead",
      failedFrom: ["this machine", "west"],
    });
  });

  it("calls it alive when only one place gets none", () => {
    expect(judgeRound([see(undefined, true, false), see("west", true, true)], east)).toMatchObject({
      verdict: "alive",
      failedFrom: ["this machine"],
    });
  });

  it("knows nothing when one place alone gets none, and nobody else looks", () => {
    expect(judgeRound([see(undefined, true, false)], east).verdict).toBe("unknown");
  });

  it("does not hear a place that reaches nothing", () => {
    expect(judgeRound([see(undefined, false, false), see("west", true, false)], east).verdict).toBe("unknown");
    expect(judgeRound([see(undefined, false, false), see("west", false, false)], east).verdict).toBe("unknown");
  });

  it("does not hear a cluster about its own address", () => {
    expect(judgeRound([see(undefined, true, false), see("east", true, false)], east).verdict).toBe("unknown");
    expect(judgeRound([see(undefined, true, true), see("east", true, false)], east).verdict).toBe("alive");
  });

  it("says that it waits where the gateway alone answers everybody, and counts who got what", () => {
    const waits = { waits: { "192.0.2.2": true } };
    const both = [
      { ...see(undefined, true, true), ...waits },
      { ...see("west", true, true), ...waits },
    ];
    expect(judgeRound(both, east)).toEqual({
      verdict: "waits",
      failedFrom: ["this machine", "west"],
      served: 0,
      waited: 2,
    });
    expect(judgeRound([...both.slice(0, 1), see("west", true, true)], east)).toMatchObject({
      verdict: "alive",
      failedFrom: [],
      served: 1,
      waited: 1,
    });
  });

  it("never calls all addresses dead", () => {
    const sighting = fc.record({
      from: fc.constantFrom(undefined, "west", "east", "north"),
      answered: fc.record({ "192.0.2.1": fc.boolean(), "192.0.2.2": fc.boolean(), "192.0.2.3": fc.boolean() }),
    });
    const clusters = { "192.0.2.1": "west", "192.0.2.2": "east", "192.0.2.3": "north" };
    fc.assert(
      fc.property(fc.uniqueArray(sighting, { selector: ({ from }) => from, maxLength: 2 }), (sightings) => {
        const dead = Object.entries(clusters).filter(
          ([address, cluster]) => judgeRound(sightings, { address, cluster }).verdict === "dead",
        );
        expect(dead.length).toBeLessThan(3);
      }),
    );
  });
});

describe("the health of an address", () => {
  function after(verdicts: readonly ("alive" | "waits" | "dead" | "unknown")[]): readonly string[] {
    let health = up;
    return verdicts.map((verdict) => {
      health = nextHealth(health, { verdict, failedFrom: [] }, settings);
      return health.state;
    });
  }

  it("goes down after two rounds in a row, and up after three", () => {
    expect(after(["dead", "dead", "alive", "alive", "alive"])).toEqual(["up", "down", "down", "down", "up"]);
  });

  it("stays where it is while the address flaps", () => {
    expect(after(["dead", "alive", "dead", "alive", "dead", "alive"])).toEqual(Array.from({ length: 6 }, () => "up"));
    expect(after(["dead", "dead", "alive", "alive", "dead", "alive", "alive", "dead"]).slice(1)).toEqual(
      Array.from({ length: 7 }, () => "down"),
    );
  });

  it("is as good as alive while requests wait and it is up, and does not come back by that", () => {
    expect(after(["dead", "waits", "dead", "dead"])).toEqual(["up", "up", "up", "down"]);
    expect(after(["dead", "dead", "waits", "waits", "waits", "alive", "alive", "alive"]).slice(4)).toEqual([
      "down",
      "down",
      "down",
      "up",
    ]);
  });

  it("is not moved by rounds that know nothing, nor are they counted", () => {
    expect(after(["dead", "unknown", "dead", "unknown", "unknown"])).toEqual(["up", "up", "down", "down", "down"]);
  });
});
