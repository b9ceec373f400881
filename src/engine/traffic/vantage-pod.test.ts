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

async function open(admit: (object: WireObject) => WireObject | { readonly refused: string }) {
  const { server, client } = await connectFake({ cluster: "west", api: { admit } });
  const options: RunOptions = {
    signal: new AbortController().signal,
    now: () => Date.now(),
    onEvent: () => {},
    timeoutMs: 2500,
  };
  const one = { kind: "connected", cluster, client, context: { context: "w" } } as unknown as Connected;
  const opened = await openVantage({ one, mesh: twoClusters, targets, timeoutSeconds: 2 }, options);
  return { opened, pods: () => server.store.list({ apiVersion: "v1", kind: "Pod" }, "istio-system").length };
}

it("asks any number of addresses from inside a cluster, by a pod for each hundred", async () => {
  const { opened, pods } = await open((object) => ({ ...object, status }));
  if (!("originOf" in opened)) {
    throw new Error(opened.unmade.detail);
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
