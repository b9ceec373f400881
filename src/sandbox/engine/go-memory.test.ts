import { expect, it } from "vitest";
import { goMemory } from "./go-memory.ts";

const GiB = 2 ** 30;
const large = { freeBytes: 6 * GiB, availableBytes: 8 * GiB };

it("gives each compiler, and go itself, a share of the free memory before it collects garbage", () => {
  expect(goMemory({ ...large, cores: 2 }, {})).toEqual({ GOGC: "off", GOMEMLIMIT: "2048MiB" });
});

it("leaves Go alone where the shares are small, and where somebody has chosen", () => {
  expect(goMemory({ ...large, freeBytes: 2 * GiB, cores: 2 }, {})).toEqual({});
  expect(goMemory({ ...large, cores: 2 }, { GOGC: "50" })).toEqual({});
  expect(goMemory({ ...large, cores: 2 }, { GOMEMLIMIT: "1GiB" })).toEqual({});
});

it("shares what is left of the control group, where that is less than what the machine has", () => {
  expect(goMemory({ ...large, availableBytes: 3 * GiB, cores: 2 }, {})).toEqual({ GOGC: "off", GOMEMLIMIT: "1024MiB" });
  expect(goMemory({ ...large, availableBytes: GiB, cores: 2 }, {})).toEqual({});
});
