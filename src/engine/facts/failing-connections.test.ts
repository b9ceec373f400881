import { expect, it, vi } from "vitest";
import { readFailing } from "./failing-connections.ts";

const { signal } = new AbortController();
const gateway = "172.30.2.2:15443";

type Counters = Readonly<Record<"failed" | "open" | "success", number>>;

/** A page of clusters: of two versions behind one gateway, and of a pod. */
function page(counters: Readonly<Record<string, Counters>>): string {
  const hosts = Object.entries(counters).map(([name, { failed, open, success }]) => {
    const [address = "", port] = name.replace(/^v\d /, "").split(":");
    return {
      name,
      host_statuses: [
        {
          address: { socket_address: { address, port_value: Number(port) } },
          stats: [
            { name: "cx_total", value: String(failed + open + 10) },
            { name: "cx_connect_fail", value: String(failed) },
            { name: "cx_active", value: String(open) },
            { name: "rq_success", value: String(success) },
          ],
        },
      ],
    };
  });
  return JSON.stringify({ cluster_statuses: hosts });
}

const before = { failed: 2, open: 3, success: 40 };

it.each([
  ["fails and answers nothing", { failed: 5, open: 3, success: 40 }, [[gateway, 3]]],
  ["fails for one of several", { failed: 5, open: 3, success: 41 }, []],
  ["fails no more", before, []],
  ["is known no more", undefined, []],
] as const)("tells a gateway that %s within the second", async (_what, after, expected) => {
  const again = vi.fn<() => Promise<string>>(async () => page(after === undefined ? {} : { [`v1 ${gateway}`]: after }));
  expect([...(await readFailing(page({ [`v1 ${gateway}`]: before }), again, signal))]).toEqual(expected);
  expect(again).toHaveBeenCalledOnce();
});

it("counts what all clusters have at one address together", async () => {
  const first = page({ [`v1 ${gateway}`]: before, [`v2 ${gateway}`]: before });
  const again = async (success: number): Promise<string> =>
    page({ [`v1 ${gateway}`]: { ...before, failed: 3 }, [`v2 ${gateway}`]: { ...before, success } });
  expect([...(await readFailing(first, async () => again(40), signal))]).toEqual([[gateway, 1]]);
  expect([...(await readFailing(first, async () => again(41), signal))]).toEqual([]);
});

it.each([
  ["nothing has ever failed", { failed: 0, open: 3, success: 40 }],
  ["nothing is tried", { failed: 2, open: 0, success: 40 }],
])("asks once only where %s", async (_what, counters) => {
  const again = vi.fn<() => Promise<string>>(async () => page({}));
  expect([...(await readFailing(page({ [`v1 ${gateway}`]: counters }), again, signal))]).toEqual([]);
  expect(again).not.toHaveBeenCalled();
});
