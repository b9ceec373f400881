import { expect, it } from "vitest";
import { hostNamesIn, resolveGateways } from "./gateway-names.ts";
import { placesOf } from "./gateway-place.ts";

const at = (address: string, cluster = "east", port = 15443) => ({ network: "n", cluster, address, port });
const places = (addresses: readonly string[], port = 15443) => placesOf({ addresses, port });

it("tells host names from addresses of both families", () => {
  expect(hostNamesIn(["203.0.113.1", "2001:db8::1", "lb.example", "1.2.3"])).toEqual(["lb.example", "1.2.3"]);
});

it.each([
  ["addresses as they are, without asking", ["203.0.113.1"], [], ["203.0.113.1"], []],
  ["a name by what every istiod has for it", ["lb.example"], [[at("198.51.100.1")]], ["198.51.100.1"], []],
  [
    "another answer of another istiod as possible",
    ["lb.example"],
    [[at("198.51.100.1"), at("198.51.100.2")], [at("198.51.100.1")]],
    ["198.51.100.1"],
    ["198.51.100.2"],
  ],
  [
    "a name beside an address",
    ["203.0.113.1", "lb.example"],
    [[at("203.0.113.1"), at("198.51.100.1")]],
    ["203.0.113.1", "198.51.100.1"],
    [],
  ],
  [
    "nothing of another cluster or port, and a name that stays one",
    ["lb.example"],
    [[at("198.51.100.1", "north"), at("198.51.100.2", "east", 443), at("lb.example")]],
    ["lb.example"],
    [],
  ],
])("has %s", (_, addresses, known, expected, possible) => {
  expect(resolveGateways(places(addresses), { cluster: "east", network: "n" }, known)).toEqual({
    expected: places(expected),
    possible: places(possible),
  });
});

it("takes what meshNetworks says of the network, with its port", () => {
  const known = [[at("198.51.100.1", "", 8443), { ...at("198.51.100.2", "", 8443), network: "other" }]];
  expect(resolveGateways(places(["lb.example"], 8443), { cluster: "east", network: "n" }, known)).toEqual({
    expected: places(["198.51.100.1"], 8443),
    possible: [],
  });
});
