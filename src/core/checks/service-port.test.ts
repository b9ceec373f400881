import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endpointsOf, formatAddress, portNameOf } from "./service-port.ts";

const slice = (
  ports: readonly { readonly name?: string; readonly port?: number }[],
  addresses: readonly string[],
  more: object = {},
) => ({
  ports,
  endpoints: addresses.map((address) => ({ addresses: [address], targetRef: { kind: "Pod", name: `pod-${address}` } })),
  ...more,
});
const addressesOf = (...args: Parameters<typeof endpointsOf>): readonly string[] =>
  endpointsOf(...args).map((one) => one.address);

describe("the name of a Service's port", () => {
  it.each([
    [
      "the port of that number, wherever it stands",
      [
        { name: "admin", port: 9000 },
        { name: "web", port: 80 },
      ],
      "web",
    ],
    ["empty for the only port, which needs no name", [{ port: 80 }], ""],
    [
      "that of TCP, where UDP has the same number",
      [
        { name: "quic", port: 80, protocol: "UDP" },
        { name: "web", port: 80 },
      ],
      "web",
    ],
    ["none where the Service has no such port", [{ name: "admin", port: 9000 }], undefined],
    ["none for the number of a target port", [{ name: "web", port: 8080, targetPort: 80 }], undefined],
  ])("is %s", (_, ports, name) => {
    expect(portNameOf({ ports }, 80)).toBe(name);
  });
});

describe("the endpoints of a Service's port", () => {
  it("have the number that the slice gives its name, not the first one", () => {
    const slices = [
      slice(
        [
          { name: "admin", port: 5000 },
          { name: "web", port: 5001 },
        ],
        ["10.42.0.6"],
      ),
    ];
    expect(addressesOf(slices, "web")).toEqual(["10.42.0.6:5001"]);
    expect(addressesOf(slices, "admin")).toEqual(["10.42.0.6:5000"]);
  });

  it("have another number in each pod, where the target port is a name", () => {
    const slices = [
      slice([{ name: "web", port: 5001 }], ["10.42.0.6"]),
      slice([{ name: "web", port: 6001 }], ["10.42.0.7"]),
    ];
    expect(addressesOf(slices, "web")).toEqual(["10.42.0.6:5001", "10.42.0.7:6001"]);
  });

  it("leave out pods without a port of that name", () => {
    const slices = [slice([{ name: "admin", port: 5000 }], ["10.42.0.6"]), slice([], ["10.42.0.8"])];
    expect(addressesOf(slices, "web")).toEqual([]);
  });

  it("are those of the port without a name, where there is one port only", () => {
    expect(addressesOf([slice([{ port: 5000 }], ["10.42.0.6"])], "")).toEqual(["10.42.0.6:5000"]);
    expect(addressesOf([slice([{ name: "", port: 5000 }], ["10.42.0.6"])], "")).toEqual(["10.42.0.6:5000"]);
  });

  it("are those that are ready or say nothing about it", () => {
    const endpoints = [{ ready: true }, {}, { ready: false, serving: true, terminating: true }, { ready: false }].map(
      (conditions, index) => ({ addresses: [`10.42.0.${index}`], conditions }),
    );
    expect(addressesOf([{ ports: [{ name: "web", port: 80 }], endpoints }], "web")).toEqual([
      "10.42.0.0:80",
      "10.42.0.1:80",
    ]);
  });

  it("of both families are told apart by brackets, and names of hosts are none", () => {
    const ports = [{ name: "web", port: 80 }];
    const slices = [
      slice(ports, ["10.42.0.6"], { addressType: "IPv4" }),
      slice(ports, ["fd00::6"], { addressType: "IPv6" }),
      slice(ports, ["db.example.org"], { addressType: "FQDN" }),
    ];
    expect(addressesOf(slices, "web")).toEqual(["10.42.0.6:80", "[fd00::6]:80"]);
  });

  it("are given once while a pod moves from one slice to another", () => {
    const ports = [{ name: "web", port: 80 }];
    expect(addressesOf([slice(ports, ["10.42.0.6"]), slice(ports, ["10.42.0.6"])], "web")).toEqual(["10.42.0.6:80"]);
  });

  it("are none of a slice without ports or without endpoints", () => {
    expect(
      addressesOf(
        [
          { ports: null, endpoints: null },
          { ports: [{ name: "web" }], endpoints: [] },
        ],
        "web",
      ),
    ).toEqual([]);
  });

  it("are those of all ports without a name, each name's own taken together", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ name: fc.constantFrom("a", "b", "c"), port: fc.integer({ min: 1, max: 9 }) }), {
          selector: (one) => one.name,
        }),
        fc.uniqueArray(fc.ipV4()),
        (ports, addresses) => {
          const slices = [slice(ports, addresses)];
          const each = ports.flatMap((one) => addressesOf(slices, one.name));
          expect([...new Set(each)].sort()).toEqual([...addressesOf(slices, undefined)].sort());
        },
      ),
    );
  });
});

it("writes an address of IPv6 as a URL does", () => {
  expect(formatAddress("fd00::6", 80)).toBe("[fd00::6]:80");
});
