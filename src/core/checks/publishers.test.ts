import { expect, it } from "vitest";
import { covers } from "./publishers.ts";

// As external-dns 0.22 decides it (findings/external-dns-filters.sh).
it.each([
  [["example.org"], "example.org www.example.org *.example.org"],
  [["Example.org."], "example.org www.example.org *.example.org"],
  [[".example.org"], "www.example.org *.example.org"],
  [["*.example.org"], "*.example.org"],
  [["example.org,other.test"], ""],
  [[], "example.org www.example.org *.example.org other.test"],
  [[""], "example.org www.example.org *.example.org other.test"],
  [["", " other.test "], "other.test"],
])("external-dns takes the names of its filters: %j", (domainFilters, expected) => {
  const names = ["example.org", "www.example.org", "*.example.org", "other.test"];
  expect(names.filter((name) => covers({ domainFilters }, name)).join(" ")).toBe(expected);
});
