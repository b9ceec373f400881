import { expect, it } from "vitest";
import { resolveIngress } from "./ingress-addresses.ts";

async function resolve(services: Readonly<Record<string, readonly string[] | undefined>>): Promise<unknown> {
  const hosts: Readonly<Record<string, readonly string[]>> = { "lb.example": ["192.0.2.9", "2001:db8::9"] };
  const { addresses, warnings } = await resolveIngress(
    services,
    new AbortController().signal,
    async (host) => hosts[host] ?? [],
  );
  return [addresses, warnings.map(({ code, cluster }) => `${code} ${cluster ?? ""}`)];
}

it("takes addresses in their one spelling, and keeps what is not known", async () => {
  expect(await resolve({ west: ["192.0.2.1", "2001:DB8:0::1"], east: undefined, north: [] })).toEqual([
    { west: ["192.0.2.1", "2001:db8::1"], east: "keep", north: [] },
    [],
  ]);
});

it("looks host names of load balancers up, and says so", async () => {
  expect(await resolve({ west: ["lb.example", "192.0.2.1"] })).toEqual([
    { west: ["192.0.2.1", "192.0.2.9", "2001:db8::9"] },
    ["ISM641 west"],
  ]);
});

it("leaves a cluster as it is whose host name has no address", async () => {
  expect(await resolve({ west: ["gone.example", "192.0.2.1"] })).toEqual([{ west: "keep" }, ["ISM641 west"]]);
});
