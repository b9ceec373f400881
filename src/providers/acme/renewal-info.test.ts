import { expect, it } from "vitest";
import { readWindow, renewalId } from "./renewal-info.ts";

it("names a certificate as RFC 9773, 4.1 does", () => {
  const authorityKeyId = "69885b6b87464041e1b37b847ba0ae2cde01c8d4";
  expect(renewalId({ authorityKeyId, serial: "87654321" })).toBe("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
  expect(renewalId({ authorityKeyId, serial: "7654321" })).toBe("aYhba4dGQEHhs3uEe6CuLN4ByNQ.B2VDIQ");
});

it("reads a window, and none where it ends before it begins", () => {
  const body = (start: unknown, end: unknown) => ({
    body: { suggestedWindow: { start, end }, explanationURL: "https://a" },
  });
  expect(readWindow(body("2026-01-03T00:00:00Z", "2026-01-07T00:00:00Z"))).toEqual({
    start: Date.parse("2026-01-03T00:00:00Z"),
    end: Date.parse("2026-01-07T00:00:00Z"),
    explanation: "https://a",
  });
  expect(readWindow(body("2026-01-07T00:00:00Z", "2026-01-03T00:00:00Z"))).toBeUndefined();
  expect(readWindow(body("soon", undefined))).toBeUndefined();
  expect(readWindow({ body: {} })).toBeUndefined();
});
