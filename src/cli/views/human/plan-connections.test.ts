import { expect, it } from "vitest";
import type { ChangedOutside, PolicyChange } from "../../../core/netpol/policy-change.ts";
import { paletteFor } from "../../terminal/palette.ts";
import { viewConnections } from "./plan-connections.ts";

const palette = paletteFor(false);
const none: PolicyChange = { opens: [], closes: [], outside: { opens: [], closes: [] } };
const change: ChangedOutside = {
  direction: "ingress",
  pods: ["istio-system/istio-eastwestgateway"],
  everywhere: true,
  blocks: [],
  but: [],
  ports: [{ protocol: "TCP", from: 15_443, to: 15_443 }],
  except: [],
};

function linesOf(outside: PolicyChange["outside"]): readonly string[] {
  return viewConnections({ connections: { ...none, outside } }, { prune: false, palette }).slice(1);
}

it("names the blocks of addresses and the ports outside, and what stays as it was", () => {
  const opens: readonly ChangedOutside[] = [
    { ...change, but: ["192.0.2.0/24"] },
    {
      ...change,
      direction: "egress",
      pods: ["shop/web", "shop/db"],
      everywhere: false,
      blocks: ["10.0.0.0/8"],
      ports: [
        { protocol: "TCP", from: 1, to: 1023 },
        { protocol: "UDP", from: 1, to: 65_535 },
        { protocol: "SCTP", from: 5000, to: 5000 },
      ],
    },
  ];
  const whole = (["TCP", "UDP", "SCTP"] as const).map((protocol) => ({ protocol, from: 1, to: 65_535 }));
  const closes: readonly ChangedOutside[] = [
    { ...change, direction: "egress", pods: ["shop/web"], ports: whole, except: [{ ...change, but: ["10.0.0.0/8"] }] },
  ];
  expect(linesOf({ opens, closes })).toEqual([
    "    - closes outside of the cluster at all ports from shop/web (as before: 15443 of everywhere but 10.0.0.0/8)",
    "    + opens istio-system/istio-eastwestgateway at 15443 from outside of the cluster but 192.0.2.0/24",
    "    + opens 10.0.0.0/8 at 1-1023, all of UDP, SCTP 5000 from shop/web, shop/db",
  ]);
});

it("tells what --prune would do apart, and as the plan's own where it is asked for", () => {
  const effects = { connections: none, connectionsPruned: { ...none, outside: { opens: [change], closes: [] } } };
  const title = "  connections of pods that are there, by network policies";
  const opened = "    + opens istio-system/istio-eastwestgateway at 15443 from outside of the cluster";
  expect(viewConnections(effects, { prune: false, palette })).toEqual([
    title,
    "    none opens, none closes",
    `${title}, if --prune deletes those that are no longer asked for`,
    opened,
  ]);
  expect(viewConnections(effects, { prune: true, palette })).toEqual([title, opened]);
});

it("says that more is open than the mesh file's policies admit until --prune closes it", () => {
  const warned = "    ! until then more is open than the mesh file's network policies admit";
  const closing = { ...none, outside: { opens: [], closes: [change] } };
  const viewed = (kept: PolicyChange, prune = false): readonly string[] =>
    viewConnections({ connections: kept, connectionsPruned: closing }, { prune, palette });
  expect(viewed(none)).toContain(warned);
  expect(viewed(none, true)).not.toContain(warned);
  expect(viewed(closing)).not.toContain(warned);
});
