import { describe, expect, it } from "vitest";
import { connectFake } from "../../../kube/testing/connect-fake.ts";
import type { ProxyState } from "../../facts/proxy-states.ts";
import { waitUntilTaken, watchRefusals } from "./until-taken.ts";

const state = (nonce: string | undefined): ProxyState => ({
  proxy: "gateway-1.istio-system",
  istiod: "istiod-1",
  pending: [],
  refused: nonce === undefined ? [] : [{ type: "RDS", nonce, words: "no" }],
});

/** At which of these milliseconds a refusal is judged final, given the nonce that is refused at each. */
function judged(polls: readonly (readonly [at: number, nonce: string | undefined])[]): readonly number[] {
  let now = 0;
  const watch = watchRefusals(0, () => now);
  return polls.flatMap(([at, nonce]) => {
    now = at;
    return watch([state(nonce)]).length > 0 ? [at] : [];
  });
}

describe("a refusal of a proxy", () => {
  it("is final when it came after the change and has lasted a second", () => {
    expect(
      judged([
        [0, undefined],
        [100, "b"],
        [1000, "b"],
        [1100, "b"],
      ]),
    ).toEqual([1100]);
  });

  it("of an older push gets five seconds, in which the change may fix it", () => {
    expect(
      judged([
        [0, "a"],
        [1500, "a"],
        [4900, "a"],
        [5000, "a"],
      ]),
    ).toEqual([5000]);
    expect(
      judged([
        [0, "a"],
        [200, undefined],
        [6000, undefined],
      ]),
    ).toEqual([]);
  });

  it("that was repeated for the push of the change is final after a second", () => {
    expect(
      judged([
        [0, "a"],
        [200, "b"],
        [1200, "b"],
      ]),
    ).toEqual([1200]);
  });

  it("that the next push healed begins anew", () => {
    expect(
      judged([
        [0, undefined],
        [100, "b"],
        [900, undefined],
        [1000, "b"],
        [1900, "b"],
        [2000, "b"],
      ]),
    ).toEqual([2000]);
  });
});

describe("a gateway of several pods", () => {
  it("is asked again only for the pods that are late", async () => {
    const config = "/apis/networking.istio.io/v1/namespaces/sample/virtual-service/web";
    const route = {
      match: { prefix: "/" },
      route: { cluster: "outbound|80||web.sample.svc.cluster.local" },
      metadata: { filter_metadata: { istio: { config } } },
    };
    const whole = JSON.stringify({ configs: [{ route_config: { virtual_hosts: [{ routes: [route] }] } }] });
    let asked = 0;
    const { server, client } = await connectFake({
      api: {
        podResponse: () => {
          asked += 1;
          // One of the two pods has nothing yet.
          const body = asked === 2 ? "{}" : whole;
          return `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
        },
      },
    });
    for (const name of ["gateway-1", "gateway-2"]) {
      const metadata = { name, namespace: "istio-system", labels: { istio: "ingressgateway" } };
      const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
      server.put({ apiVersion: "v1", kind: "Pod", metadata, status });
    }
    const shares = { " of web.sample.svc.cluster.local": 1 };
    const notes: string[] = [];
    const unproven = await waitUntilTaken(
      { name: "oslo", context: "ctx", client },
      [{ key: "sample/web", asked: [{ path: "/", shares }], others: [] }],
      {
        timeoutMs: 20_000,
        signal: new AbortController().signal,
        onPending: (text) => void notes.push(text),
        findCulprits: async () => ({ cause: "", objects: [] }),
      },
    );
    expect(unproven).toEqual([]);
    expect(asked).toBe(3);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/gateway-\d lacks web=100 of VirtualService sample\/web/);
  });
});
