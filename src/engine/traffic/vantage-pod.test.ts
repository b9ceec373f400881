import { expect, it } from "vitest";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { RunOptions } from "../options.ts";
import { openVantage } from "./vantage-pod.ts";

const [cluster] = twoClusters.clusters;
const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
const targets = Array.from({ length: 230 }, (_, index) => ({ address: `192.0.2.${index}`, port: 443 }));

type Admit = (object: WireObject) => WireObject | { readonly refused: string };

async function open(admit: Admit, signal = new AbortController().signal) {
  const { server, client } = await connectFake({ cluster: "west", api: { admit } });
  const options: RunOptions = {
    signal,
    now: () => Date.now(),
    onEvent: () => {},
    timeoutMs: 60_000,
  };
  const one = { kind: "connected", cluster, client, context: { context: "w" } } as unknown as Connected;
  const pods = (): number => server.store.list({ apiVersion: "v1", kind: "Pod" }, "istio-system").length;
  const opened: Awaited<ReturnType<typeof openVantage>> | { readonly ended: unknown } = await openVantage(
    { one, mesh: twoClusters, targets, timeoutSeconds: 2 },
    options,
  ).catch((error: unknown) => ({ ended: error }));
  return { opened, pods };
}

it("asks any number of addresses from inside a cluster, by a pod for each hundred", async () => {
  const { opened, pods } = await open((object) => ({ ...object, status }));
  if (!("originOf" in opened)) {
    throw new Error("unmade" in opened ? opened.unmade.detail : String(opened.ended));
  }
  const origins = targets.map((target) => opened.originOf(target));
  expect([pods(), new Set(origins).size, origins.includes(undefined)]).toEqual([3, 230, false]);
  await opened.close();
  expect(pods()).toBe(0);
});

it("leaves no pod where one of them is refused, and says why nobody asks", async () => {
  let made = 0;
  const { opened, pods } = await open((object) => {
    made += 1;
    return made > 2 ? { refused: "quota" } : { ...object, status };
  });
  expect([opened, pods()]).toEqual([
    { unmade: expect.objectContaining({ code: "ISM640", cluster: cluster?.name }) as unknown },
    0,
  ]);
});

it("leaves no pod where Ctrl-C comes while they are made", async () => {
  const stop = new AbortController();
  const left = new DOMException("interrupted", "AbortError");
  let made = 0;
  const { opened, pods } = await open((object) => {
    made += 1;
    if (made === 2) {
      stop.abort(left);
    }
    return { ...object, status };
  }, stop.signal);
  expect([opened, pods()]).toEqual([{ ended: left }, 0]);
});
