import { describe, expect, it } from "vitest";
import { projectName } from "./rancher-names.ts";
import { initialProjectOf, projectLabelOf } from "./sync-namespaces.ts";

describe("projectLabelOf", () => {
  it.each([
    ["c-1:p-2", "p-2"],
    ["", ""],
    [undefined, undefined],
    ["p-2", undefined],
    ["a:b:c", undefined],
  ])("makes of the annotation %j the label %j", (annotation, label) => {
    expect(projectLabelOf(annotation)).toBe(label);
  });
});

describe("initialProjectOf", () => {
  it("puts Kubernetes' namespaces into System and default into Default, once", () => {
    expect(initialProjectOf("kube-system", {}, "c-1")).toBe(`c-1:${projectName("c-1", "System")}`);
    expect(initialProjectOf("default", undefined, "c-1")).toBe(`c-1:${projectName("c-1", "Default")}`);
    expect(initialProjectOf("default", { "field.cattle.io/projectId": "" }, "c-1")).toBeUndefined();
    expect(initialProjectOf("sample", {}, "c-1")).toBeUndefined();
  });
});
