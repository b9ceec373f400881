import { describe, expect, it } from "vitest";
import type { InventoryItem } from "./inventory.ts";
import { mergeInventories, parseInventory, renderInventory } from "./inventory.ts";

function item(name: string, created: boolean): InventoryItem {
  return { id: { group: "", kind: "ConfigMap", namespace: "a", name }, apiVersion: "v1", wave: "services", created };
}

describe("an inventory", () => {
  it("comes back from its ConfigMap as it was", () => {
    const inventory = { mesh: "m", cluster: "west", items: [item("a", true), item("b", false)] };
    expect(parseInventory(renderInventory(inventory))).toEqual(inventory);
    for (const unfinished of [true, false]) {
      expect(parseInventory(renderInventory({ ...inventory, unfinished }))).toEqual({ ...inventory, unfinished });
    }
  });

  it("is byte-equal whatever the order it was gathered in", () => {
    const one = renderInventory({ mesh: "m", cluster: "west", items: [item("a", true), item("b", true)] });
    const other = renderInventory({ mesh: "m", cluster: "west", items: [item("b", true), item("a", true)] });
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
  });

  it("remembers who made an object, also when it is applied again", () => {
    expect(
      mergeInventories(
        [item("made", true), item("found", false)],
        [item("made", false), item("found", true), item("new", true)],
      ),
    ).toEqual([item("found", false), item("made", true), item("new", true)]);
  });

  it("of another program version is refused", () => {
    const object = renderInventory({ mesh: "m", cluster: "west", items: [] });
    expect(() => parseInventory({ ...object, data: { ...(object["data"] as object), version: "9" } })).toThrow(
      "inventory version 9",
    );
  });
});
