import { describe, expect, it } from "vitest";
import { commandSections } from "../command-table.ts";
import { meshCommands, withGivenOptions } from "./given-options.ts";

const given = { file: "prod/mesh.yaml", kubeconfig: undefined };

describe("printed commands", () => {
  it.each([
    ["isthmus dns sync", "isthmus dns sync -f prod/mesh.yaml"],
    ["Take them away: isthmus dns sync --prune", "Take them away: isthmus dns sync -f prod/mesh.yaml --prune"],
    ["or take it out: isthmus drain east. See", "or take it out: isthmus drain -f prod/mesh.yaml east. See"],
    [
      "Run isthmus check for the cause, then isthmus apply.",
      "Run isthmus check -f prod/mesh.yaml for the cause, then isthmus apply -f prod/mesh.yaml.",
    ],
    [
      "isthmus check says more. Then: isthmus apply -f prod/mesh.yaml",
      "isthmus check -f prod/mesh.yaml says more. Then: isthmus apply -f prod/mesh.yaml",
    ],
    [
      "    isthmus apply\n    isthmus verify",
      "    isthmus apply -f prod/mesh.yaml\n    isthmus verify -f prod/mesh.yaml",
    ],
  ])("have the mesh file: %s", (text, expected) => {
    expect(withGivenOptions(text, given)).toBe(expected);
  });

  it.each([
    "isthmus apply -f prod/mesh.yaml --cluster east",
    "isthmus apply --cluster east -f other.yaml",
    "remove it first (isthmus remove -f <file of other>).",
    "isthmus check --facts-from facts.json judges it again",
    "isthmus apply prod.plan",
    "isthmus explain spec.dns",
    "isthmus applies what it plans, and isthmus orders it",
    "isthmus sandbox status",
  ])("stay as they are where they have one, or take none: %s", (text) => {
    expect(withGivenOptions(text, given)).toBe(text);
  });

  it("stay as they are with the usual file and kubeconfig", () => {
    const text = "isthmus apply, kubectl --context west get pods";
    expect(withGivenOptions(text, { file: "mesh.yaml", kubeconfig: undefined })).toBe(text);
    expect(withGivenOptions(text, { file: undefined, kubeconfig: undefined })).toBe(text);
  });

  it("have the kubeconfig that was given, kubectl's and istioctl's too", () => {
    const clusters = { file: undefined, kubeconfig: "my clusters.yaml" };
    expect(withGivenOptions("isthmus check; kubectl --context west get pods", clusters)).toBe(
      "isthmus check --kubeconfig 'my clusters.yaml'; kubectl --kubeconfig 'my clusters.yaml' --context west get pods",
    );
    expect(withGivenOptions("istioctl --context west proxy-status", clusters)).toBe(
      "istioctl --kubeconfig 'my clusters.yaml' --context west proxy-status",
    );
    expect(withGivenOptions("isthmus render", clusters)).toBe("isthmus render");
  });

  it("are all those of the command table that take a mesh file", () => {
    const leaves = commandSections
      .flatMap(({ commands }) => commands)
      .flatMap((one) =>
        one.kind === "leaf"
          ? [[one.name, one] as const]
          : one.commands.map((leaf) => [`${one.name} ${leaf.name}`, leaf] as const),
      );
    const ofMesh = leaves.flatMap(([name, leaf]) => (leaf.kind === "leaf" && "file" in leaf.options ? [name] : []));
    expect(ofMesh.toSorted()).toEqual(meshCommands);
  });
});
