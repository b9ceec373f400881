import { expect, it } from "vitest";
import { twoClusters } from "../testing/two-clusters.ts";
import { judgeOnePerson, personOf } from "./one-person.ts";

const [plain] = twoClusters.services;
const [route] = plain?.routes ?? [];

it.each([
  ["a header of another case", { by: "header", name: "X-User" }, { headers: { "x-user": "ann" } }, "header X-User"],
  ["another header", { by: "header", name: "x-user" }, { headers: { "x-team": "a" } }, undefined],
  ["the name that isthmus gives itself", { by: "header", name: "user-agent" }, {}, "header user-agent"],
  ["the client's address", { by: "header", name: "x-forwarded-for" }, {}, "header x-forwarded-for"],
  ["one host", { by: "header", name: "host" }, {}, "header host"],
  ["two hosts", { by: "header", name: "host" }, { hosts: ["a.example", "b.example"] }, undefined],
  ["a cookie", { by: "cookie", name: "id" }, { headers: { cookie: "a=b; id=7" } }, "cookie id"],
  ["another cookie", { by: "cookie", name: "id" }, { headers: { cookie: "a=id; ID=7" } }, undefined],
  ["a parameter", { by: "queryParameter", name: "user" }, { path: "/a?x=1&user=ann" }, "query parameter user"],
  ["a parameter whose name is encoded", { by: "queryParameter", name: "user" }, { path: "/a?us%65r=ann" }, undefined],
  ["another parameter", { by: "queryParameter", name: "user" }, { path: "/user?users=ann" }, undefined],
] as const)("requests with %s", (_, sessions, request, expected) => {
  if (plain === undefined || route === undefined) {
    throw new Error("the mesh has a service with a route");
  }
  const full = { method: "GET", path: "/", headers: {}, hosts: ["a.example"], ...request };
  const service = { ...plain, sessions };
  expect(personOf(full, { service, route, via: "ingress" })).toBe(expected);
  const redirected = { ...route, redirect: {} } as typeof route;
  expect(personOf(full, { service, route: redirected, via: "ingress" })).toBeUndefined();
  expect(personOf(full, { service: plain, route, via: "ingress" })).toBeUndefined();
});

it.each([
  ["all of one version", [30, 70], [400, 0], ["open", "open"]],
  ["of a version that is to get none", [0, 50, 50], [400, 0, 0], ["differs", "open", "open"]],
  ["of two versions", [30, 70], [120, 280], ["differs", "differs"]],
  ["of the one that is to get everything", [0, 100], [0, 400], ["agrees", "agrees"]],
  ["of another than the one that is to get everything", [0, 100], [400, 0], ["differs", "differs"]],
  ["nobody's", [30, 70], [0, 0], ["open", "open"]],
] as const)("one person's answers: %s", (_, asked, answers, expected) => {
  const counts = asked.map((weight, place) => ({ version: `v${place}`, asked: weight, answers: answers[place] ?? 0 }));
  expect(judgeOnePerson(counts, 0.001, 0).map(({ verdict }) => verdict)).toEqual(expected);
});
