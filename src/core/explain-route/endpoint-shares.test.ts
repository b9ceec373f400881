import { expect, it } from "vitest";
import { endpointShares } from "./endpoint-shares.ts";

const one = (rest: Partial<Parameters<typeof endpointShares>[0][number]> = {}) => ({
  address: "10.0.0.1:80",
  idle: "",
  priority: 0,
  weight: 1,
  ...rest,
});
const idle = "ejected by outlier detection";

function shares(...endpoints: readonly ReturnType<typeof one>[]): readonly number[] {
  return endpointShares(endpoints).map((share) => Number(share.toFixed(3)));
}

it("shares by weight: the gateway of another network stands for all endpoints behind it", () => {
  expect(shares(one(), one({ weight: 3 }))).toEqual([0.25, 0.75]);
});

it("gives nothing to what is idle, and all to the next priority only where the first has none", () => {
  expect(shares(one({ idle }), one())).toEqual([0, 1]);
  expect(shares(one(), one({ priority: 1 }))).toEqual([1, 0]);
  expect(shares(one({ idle }), one({ priority: 1 }))).toEqual([0, 1]);
});

it("spills over where too few of a priority are healthy: half of them take 70 %", () => {
  expect(shares(one(), one({ idle }), one({ priority: 1 }))).toEqual([0.7, 0, 0.3]);
});

it("shares all among what is left where no priority is whole", () => {
  const [first = 0, , second = 0] = endpointShares([
    one(),
    one({ idle }),
    one({ idle }),
    one({ idle }),
    one({ priority: 1, idle }),
    one({ priority: 1 }),
    one({ priority: 1, idle }),
    one({ priority: 1, idle }),
  ]).filter((_, index) => [0, 1, 5].includes(index));
  expect(first + second).toBeCloseTo(1);
  expect(first).toBeCloseTo(0.5);
});

it("gives nothing where none takes requests", () => {
  expect(shares(one({ idle }), one({ priority: 1, idle }))).toEqual([0, 0]);
  expect(shares()).toEqual([]);
});
