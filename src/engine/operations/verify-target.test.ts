import { describe, expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import type { Selection } from "./verify-target.ts";
import { chooseTarget } from "./verify-target.ts";

const service = (name: string, namespace: string, ...routes: readonly string[]): object => ({
  name,
  namespace,
  routes: routes.map((route) => ({ name: route })),
});

const mesh = {
  name: "prod",
  services: [
    service("web", "shop", "start", "basket"),
    service("web", "blog", "posts"),
    service("pay", "shop", "card"),
    service("db", "shop"),
  ],
} as unknown as Mesh;

const all: Selection = { service: undefined, namespace: undefined, route: undefined };

it.each<readonly [named: string, selection: Partial<Selection>, expected: object | undefined]>([
  ["nothing", {}, undefined],
  ["a service", { service: "pay" }, { service: "pay", namespace: "shop" }],
  ["a service and its namespace", { service: "web", namespace: "blog" }, { service: "web", namespace: "blog" }],
  [
    "a route of one of two services",
    { service: "web", route: "basket" },
    { service: "web", namespace: "shop", route: "basket" },
  ],
])("%s is found", (_, selection, expected) => {
  expect(chooseTarget(mesh, { ...all, ...selection }, {})).toEqual(expected);
});

it("a path is for one route, or for one service that has none", () => {
  const choose = (name: string) => chooseTarget(mesh, { ...all, service: name }, { path: "/x" });
  expect(choose("db")).toEqual({ service: "db", namespace: "shop" });
  expect(choose("pay")).toEqual({ service: "pay", namespace: "shop" });
});

describe("what cannot be meant is refused:", () => {
  it.each<readonly [what: string, selection: Partial<Selection>, path: string | undefined, says: string]>([
    ["a service that is not there", { service: "wep" }, undefined, "no service wep. Did you mean web?"],
    ["a route that is not there", { service: "pay", route: "cart" }, undefined, "with route cart. Did you mean card?"],
    ["a name that two services have", { service: "web" }, undefined, "shop/web and blog/web are both meant."],
    ["a path for several routes", { service: "web", namespace: "shop" }, "/x", "start, basket are meant."],
  ])("%s", (_, selection, path, says) => {
    const choose = (): unknown => chooseTarget(mesh, { ...all, ...selection }, path === undefined ? {} : { path });
    expect(choose).toThrow(UserError);
    try {
      choose();
    } catch (error) {
      const { diagnostics, exitCode } = error as UserError;
      expect(exitCode).toBe(64);
      expect(diagnostics.map(({ code, detail, fix }) => `${code} ${detail} ${fix}`).join()).toContain(says);
    }
  });
});
