import { describe, expect, it } from "vitest";
import { paletteFor } from "../../terminal/palette.ts";
import { renderTable } from "./table.ts";

describe("renderTable", () => {
  it("aligns columns by what is seen: colour codes take no room, wide characters take two columns", () => {
    const { good } = paletteFor(true);
    const table = renderTable(
      ["NAME", "STATE", "ZONE"],
      [
        ["west", good("√"), "a"],
        ["東京", "down", "b"],
      ],
    );
    expect(table.split("\n")).toEqual(["NAME  STATE  ZONE", `west  ${good("√")}      a`, "東京  down   b"]);
  });

  it("leaves no spaces at the end of a line", () => {
    expect(renderTable(["A", "B"], [["x"], ["y", ""]]).split("\n")).toEqual(["A  B", "x", "y"]);
  });
});
