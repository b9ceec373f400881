import { expect, it } from "vitest";
import { goMemory } from "./go-memory.ts";

const GiB = 2 ** 30;

it("gives each compiler, and go itself, a share of the free memory before it collects garbage", () => {
  expect(goMemory({ freeBytes: 6 * GiB, cores: 2 }, {})).toEqual({ GOGC: "off", GOMEMLIMIT: "2048MiB" });
});

it("leaves Go alone where the shares are small, and where somebody has chosen", () => {
  expect(goMemory({ freeBytes: 2 * GiB, cores: 2 }, {})).toEqual({});
  expect(goMemory({ freeBytes: 6 * GiB, cores: 2 }, { GOGC: "50" })).toEqual({});
  expect(goMemory({ freeBytes: 6 * GiB, cores: 2 }, { GOMEMLIMIT: "1GiB" })).toEqual({});
});
