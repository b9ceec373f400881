import { describe, expect, it } from "vitest";
import { parseMountPoints } from "./mount-points.ts";

describe("parseMountPoints", () => {
  it("gives mount points in order, with blanks and backslashes as they are", () => {
    const text = [
      "23 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
      "24 23 0:22 / /run rw - tmpfs tmpfs rw",
      String.raw`25 23 0:23 / /srv/a\040b\134c rw - tmpfs tmpfs rw`,
      "",
    ].join("\n");
    expect(parseMountPoints(text)).toEqual(["/", "/run", String.raw`/srv/a b\c`]);
  });
});
