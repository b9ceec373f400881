import { expect, it } from "vitest";
import { pickSolver, type Solver } from "./pick-solver.ts";

const page: Solver = { http01: { ingress: {} } };
const record: Solver = { dns01: { rfc2136: {} } };

it.each<[string, readonly Solver[], string, "http01" | "dns01" | undefined]>([
  ["takes the first of those that fit alike", [page, record], "a.example", "http01"],
  ["proves a wildcard by a record", [page, record], "*.a.example", "dns01"],
  ["proves no wildcard by a page", [page], "*.a.example", undefined],
  [
    "takes a solver for the name first",
    [record, { ...page, selector: { dnsNames: ["a.example"] } }],
    "a.example",
    "http01",
  ],
  [
    "takes a solver for the name before one for its zone",
    [
      { ...record, selector: { dnsZones: ["example"] } },
      { ...page, selector: { dnsNames: ["a.example"] } },
    ],
    "a.example",
    "http01",
  ],
  [
    "takes the solver of the longest zone",
    [
      { ...page, selector: { dnsZones: ["example"] } },
      { ...record, selector: { dnsZones: ["b.example", "a.example"] } },
    ],
    "x.a.example",
    "dns01",
  ],
  ["knows a zone in any case of letters", [{ ...record, selector: { dnsZones: ["A.Example"] } }], "a.example", "dns01"],
  ["knows a name as it is written", [{ ...record, selector: { dnsNames: ["A.Example"] } }], "a.example", undefined],
  [
    "finds no zone with a dot at its end",
    [{ ...record, selector: { dnsZones: ["example."] } }],
    "a.example",
    undefined,
  ],
  ["leaves out other zones", [{ ...page, selector: { dnsZones: ["a.example"] } }], "xa.example", undefined],
  [
    "takes a solver for the Certificate's labels",
    [record, { ...page, selector: { matchLabels: { by: "page" } } }],
    "a.example",
    "http01",
  ],
  ["leaves out other labels", [{ ...page, selector: { matchLabels: { by: "record" } } }], "a.example", undefined],
  ["has none without solvers", [], "a.example", undefined],
])("%s", (_name, solvers, name, expected) => {
  expect(pickSolver(solvers, name, { by: "page" })).toBe(expected);
});
