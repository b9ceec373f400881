import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { withInstanceLock } from "./lock.ts";

const { signal } = new AbortController();

describe("withInstanceLock", () => {
  it("lets one command at a time work on a sandbox, and the next one after it", async () => {
    const folder = `/nowhere/${randomUUID()}`;
    const order: string[] = [];
    let first: Promise<unknown> | undefined;
    await new Promise<void>((begun) => {
      first = withInstanceLock(folder, "try", signal, async () => {
        order.push("first begins");
        begun();
        await new Promise((resolve) => setTimeout(resolve, 200));
        order.push("first ends");
      });
    });
    await withInstanceLock(folder, "try", signal, async () => order.push("second"));
    await first;
    expect(order).toEqual(["first begins", "first ends", "second"]);
  });

  it("does not let commands on different sandboxes wait for each other", async () => {
    const inner = await withInstanceLock(`/nowhere/${randomUUID()}`, "one", signal, async () =>
      withInstanceLock(`/nowhere/${randomUUID()}`, "two", signal, async () => "both"),
    );
    expect(inner).toBe("both");
  });

  it("says after a moment that another command is at work, as something to try again", async () => {
    const folder = `/nowhere/${randomUUID()}`;
    await withInstanceLock(folder, "try", signal, async () => {
      await expect(withInstanceLock(folder, "try", signal, async () => "never")).rejects.toMatchObject({
        exitCode: 75,
        diagnostics: [{ code: "ISM735" }],
      });
    });
  });

  it("is free again after work that failed", async () => {
    const folder = `/nowhere/${randomUUID()}`;
    await expect(withInstanceLock(folder, "try", signal, async () => Promise.reject(new Error("no")))).rejects.toThrow(
      "no",
    );
    expect(await withInstanceLock(folder, "try", signal, async () => "again")).toBe("again");
  });
});
