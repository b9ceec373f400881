import { afterEach, describe, expect, it } from "vitest";
import type { JudgedSplit } from "./judge-split.ts";
import { judgeSplit } from "./judge-split.ts";
import type { Behaviour } from "./testing/ingress.ts";
import { closeIngresses, ingressThat } from "./testing/ingress.ts";

afterEach(closeIngresses);

/** 40 requests at a time, asked to go half to each version. */
async function judge(behaviour: Behaviour, person?: string): Promise<JudgedSplit> {
  return judgeSplit(
    { ...(await ingressThat(behaviour)), person },
    { v1: 50, v2: 50 },
    { signal: new AbortController().signal },
  );
}

const half = (number: number): "v1" | "v2" => (number % 2 === 0 ? "v1" : "v2");
const verdicts = (judged: JudgedSplit): readonly string[] => judged.weights.map((one) => one.verdict);

describe("a split", () => {
  it("that is as asked is measured once", async () => {
    const judged = await judge({ version: half });
    expect(verdicts(judged)).toEqual(["agrees", "agrees"]);
    expect([judged.measured.attempts, judged.before]).toEqual([1, undefined]);
  });

  it("that is as asked the second time only counts, and the first one is not hidden", async () => {
    const judged = await judge({ version: (number) => (number < 40 ? "v1" : half(number)) });
    expect(verdicts(judged)).toEqual(["agrees", "agrees"]);
    expect(judged.measured.attempts).toBe(2);
    expect(judged.before?.map((one) => [one.version, one.answers, one.verdict])).toEqual([
      ["v1", 40, "differs"],
      ["v2", 0, "differs"],
    ]);
  });

  it("that is wrong is wrong the second time too", async () => {
    const judged = await judge({ version: () => "v1" });
    expect(verdicts(judged)).toEqual(["differs", "differs"]);
    expect(judged.before).toHaveLength(2);
  });

  it("of one person is open, and is wrong where the person sees both versions", async () => {
    const stays = await judge({ version: () => "v1" }, "cookie id");
    expect([verdicts(stays), stays.measured.attempts, stays.measured.person]).toEqual([
      ["open", "open"],
      1,
      "cookie id",
    ]);
    expect(verdicts(await judge({ version: half }, "cookie id"))).toEqual(["differs", "differs"]);
  });

  it("whose requests fail is not asked again: the failures are the finding", async () => {
    const judged = await judge({ version: (number) => (number % 2 === 0 ? "v1" : undefined) });
    expect([judged.measured.attempts, judged.before]).toEqual([1, undefined]);
  });
});
