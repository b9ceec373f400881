import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { versionTimes } from "../../core/render/latency-stats.ts";
import { eventLinesOf, expectDocumented } from "../testing/event-lines.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { giveTwoVersions, startFakeClusters } from "../testing/fake-clusters.ts";
import { answerPod } from "../testing/fake-control-plane.ts";
import { endpointSlices, runEastWest, runPod, triesPage } from "../testing/fake-service.ts";

/** What comes between two looks at the ingress: answers by time, tries that nobody answers, and those whose client leaves. */
interface Between {
  readonly fast?: number;
  readonly slow?: number;
  readonly hanging?: number;
  readonly left?: number;
}

let world: FakeClusters;
let between: Readonly<Record<string, Between>>;
let counted: Record<string, Required<Between>>;
let applied: boolean;
/** What the gateway writes down beside Istio's own statistics. */
let expressions: readonly string[];
/** An Envoy that does not know bins. */
let isOld: boolean;
/** How often it does not say what it keeps. */
let silent: number;

beforeEach(async () => {
  [between, counted, applied, expressions, isOld, silent] = [{}, {}, false, [versionTimes], false, 0];
  world = await startFakeClusters(["west"], {
    living: true,
    kinds: [endpointSlices],
    podResponse: (asked) => {
      if (asked.startsWith("/clusters")) {
        return look();
      }
      if (asked.startsWith("/stats?filter=%5Ecluster")) {
        return isOld
          ? oldAnswer
          : json({ stats: [{ histograms: { details: Object.entries(counted).map(histogram) } }] });
      }
      if (asked.startsWith("/config_dump?mask=bootstrap") && silent > 0) {
        silent -= 1;
        return "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
      }
      return asked.startsWith("/config_dump?mask=bootstrap")
        ? json(bootstrap())
        : answerPod(world.servers["west"]?.store, asked);
    },
  });
  await giveTwoVersions(world);
  await world.run("apply --yes");
  applied = true;
  runPod(world.servers["west"], "v1", "10.42.0.6");
  runPod(world.servers["west"], "v2", "10.42.0.7");
  runEastWest(world.servers["west"], "172.30.1.2");
});

afterEach(async () => {
  await world.close();
});

const usage = "usage: /stats?histogram_buckets=(cumulative|disjoint|none)";
const oldAnswer = `HTTP/1.1 400 Bad Request\r\ncontent-length: ${usage.length}\r\n\r\n${usage}`;

function json(value: object): string {
  const body = JSON.stringify(value);
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** A proxy that writes its times down all the time: no test has to wait for it. */
function bootstrap(): object {
  const patterns = ["vhost\\..*\\.route\\..*", ...expressions].map((regex) => ({ safe_regex: { regex } }));
  const stats = { stats_config: { stats_matcher: { inclusion_list: { patterns } } }, stats_flush_interval: "0.001s" };
  return { configs: [{ bootstrap: stats }] };
}

function histogram([version, { fast, slow }]: readonly [string, Required<Between>]): object {
  const bins = [
    { lower_bound: 12, width: 1, count: fast },
    { lower_bound: 310.00000000000006, width: 10, count: slow },
  ];
  const name = `cluster.outbound|5000|${version}|helloworld.sample.svc.cluster.local;.upstream_rq_time`;
  return { name, totals: bins.filter(({ count }) => count > 0), intervals: [] };
}

function look(): string {
  if (!applied) {
    return triesPage({}, {});
  }
  for (const version of ["v1", "v2"]) {
    const { fast = 0, slow = 0, hanging = 0, left = 0 } = between[version] ?? {};
    const known = counted[version] ?? { fast: 0, slow: 0, hanging: 0, left: 0 };
    counted[version] = {
      fast: known.fast + fast,
      slow: known.slow + slow,
      hanging: known.hanging + hanging,
      left: known.left + left,
    };
  }
  const tries = Object.entries(counted).map(([version, { fast, slow, hanging, left }]) => {
    const answered = fast + slow;
    return [version, { answered, failed: 0, begun: answered + hanging + left, open: hanging }] as const;
  });
  return triesPage({ v1: "10.42.0.6:5000", v2: "10.42.0.7:5000" }, Object.fromEntries(tries));
}

async function weights(): Promise<string> {
  return /weights: (.*)/.exec(await readFile(path.join(world.folder, "mesh.yaml"), "utf8"))?.[1] ?? "";
}

const said = (text: string): string => text.replaceAll(/\s+/g, " ");
const shift = "shift helloworld v1=0 v2=100 --yes --no-verify --every 1ms --max-p99 300ms";

describe("a shift that goes by how long answers take", () => {
  it("reaches the end where 99 of 100 answers of the raised version come in time", async () => {
    between = { v1: { fast: 50 }, v2: { fast: 400, slow: 1 } };
    const ran = await world.run(`${shift} --steps 50`);
    expect(ran.err).not.toContain("error[");
    expect([ran.code, await weights()]).toEqual([0, "{ v1: 0, v2: 100 }"]);
    expect(ran.out).toMatch(/√ v2 {2}\d+ of \d+ answers had not come within 300 ms \(0.25 %\), at most 1 % may/);
  });

  it("stops where answers are late, says how many, and goes back where that is asked for", async () => {
    between = { v1: { fast: 500 }, v2: { fast: 60, slow: 40 } };
    const ran = await world.run(`${shift} --steps 10,50 --rollback`);
    expect([ran.code, await weights()]).toEqual([3, "{ v1: 100, v2: 0 }"]);
    expect(said(ran.err)).toContain("error[ISM789]");
    expect(said(ran.err)).toMatch(
      /\d+ of \d+ answers of v2 had not come within 300 ms \(40 %\), more than the 1 % that --max-p99 300 ms leaves\. 0 of \d+ answers of v1/,
    );
    expect(said(ran.err)).toContain("With v1=90 v2=10 too many answers came late.");
  });

  it("stops where a version hangs that answers others at once", async () => {
    between = { v1: { fast: 500 }, v2: { fast: 60, hanging: 3000 } };
    const ran = await world.run(`${shift} --steps 10`);
    expect([ran.code, said(ran.err)]).toEqual([3, expect.stringContaining("error[ISM789]")]);
  });

  it("says nothing of a version whose clients leave, and goes on where those of others do as well", async () => {
    between = { v1: { fast: 500 }, v2: { fast: 360, left: 40 } };
    const stopped = await world.run(`${shift} --steps 10`);
    expect([stopped.code, await weights()]).toEqual([3, "{ v1: 90, v2: 10 }"]);
    expect(said(stopped.err)).toMatch(/error\[ISM792\].* clients of \d+ of \d+ tries of v2 left before the answer/);
    await world.run("shift helloworld v1=100 v2=0 --yes --no-verify");
    between = { v1: { fast: 450, left: 50 }, v2: { fast: 360, left: 40 } };
    const ran = await world.run(`${shift} --steps 10`);
    expect([ran.code, await weights()]).toEqual([0, "{ v1: 0, v2: 100 }"]);
    expect(ran.out).toMatch(/ {2}v2 {2}clients of \d+ of \d+ tries left before the answer/);
  });

  it("neither goes on nor back where all versions are slow", async () => {
    between = { v1: { fast: 60, slow: 40 }, v2: { fast: 60, slow: 40 } };
    const ran = await world.run(`${shift} --steps 10,50 --rollback`);
    expect([ran.code, await weights()]).toEqual([3, "{ v1: 90, v2: 10 }"]);
    expect(said(ran.err)).toContain("error[ISM790]");
  });

  it("stops where no answer has a time, and goes on with --allow-unproven", async () => {
    between = { v1: { fast: 50 } };
    const stopped = await world.run(`${shift} --steps 10`);
    expect([stopped.code, await weights()]).toEqual([3, "{ v1: 90, v2: 10 }"]);
    expect(said(stopped.err)).toContain("no answer has a time of v2");
    const allowed = await world.run(`${shift} --allow-unproven`);
    expect([allowed.code, await weights()]).toEqual([0, "{ v1: 0, v2: 100 }"]);
    expect(allowed.err).toContain("warning[ISM792]");
  });

  it("is judged beside failures, each with an event of its own", async () => {
    between = { v1: { fast: 50 }, v2: { fast: 10, slow: 10 } };
    const lines = eventLinesOf((await world.run(`${shift} --max-error-rate 5% -o jsonl`)).out);
    expectDocumented(lines);
    const gates = lines.filter(({ event }) => event === "gate");
    expect(gates).toMatchObject([
      { step: "step-1", of: "errors", verdict: "passes", maxErrorPercent: 5 },
      { step: "step-1", of: "times", verdict: "exceeds", judged: ["v2"], maxP99Milliseconds: 300 },
    ]);
    expect([gates[0]?.["maxP99Milliseconds"], gates[1]?.["maxErrorPercent"]]).toEqual([undefined, undefined]);
  });
});

describe("gateways that do not write down how long answers take", () => {
  it("are a reason to refuse, before anything is written, with what helps", async () => {
    expressions = [];
    const ran = await world.run(`${shift} --steps 10`);
    expect([ran.code, await weights()]).toEqual([1, "{ v1: 100, v2: 0 }"]);
    expect(said(ran.err)).toContain("error[ISM791]");
    expect(said(ran.err)).toContain("of west does not write it down. Nothing was changed.");
    expect(said(ran.err)).toContain("fix: Run isthmus apply");
  });

  it("are asked again where they did not say it at first, and then stop the shift", async () => {
    expressions = [];
    silent = 1;
    between = { v1: { fast: 50 }, v2: { fast: 400 } };
    const ran = await world.run(`${shift} --steps 10`);
    expect([ran.code, await weights()]).toEqual([3, "{ v1: 90, v2: 10 }"]);
    expect(said(ran.err)).toContain("error[ISM792]");
    expect(said(ran.err)).toContain("the ingress gateway of west does not tell it");
  });

  it("are named where they are too old for it", async () => {
    isOld = true;
    const ran = await world.run(shift);
    expect([ran.code, await weights()]).toEqual([1, "{ v1: 100, v2: 0 }"]);
    expect(said(ran.err)).toContain("of west is too old to tell it. Nothing was changed.");
  });

  it("do not hinder a shift that does not ask for it", async () => {
    expressions = [];
    between = { v1: { fast: 50 }, v2: { fast: 400 } };
    const ran = await world.run(shift.replace("--max-p99 300ms", "--max-error-rate 1%"));
    expect([ran.code, await weights()]).toEqual([0, "{ v1: 0, v2: 100 }"]);
  });
});
