import { expect, it } from "vitest";
import { namedFile } from "./named-file.ts";

it.each([
  ["west.yaml", "/mesh/west.yaml"],
  ["../west.yaml", "/west.yaml"],
  ["/etc/west.yaml", "/etc/west.yaml"],
  ["~/.kube/west.yaml", "/ana/.kube/west.yaml"],
  ["~west.yaml", "/mesh/~west.yaml"],
])("%s is %s", (named, file) => {
  expect(namedFile(named, { folder: "/mesh", env: { HOME: "/ana" } })).toBe(file);
});
