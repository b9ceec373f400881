import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "./diagnostic.ts";
import { formatDiagnostic } from "./format.ts";

const base: Diagnostic = {
  code: "ISM104",
  severity: "error",
  summary: "Duplicate network name",
  detail: "Something is wrong.",
};

const format = (diagnostic: Partial<Diagnostic>): string[] =>
  formatDiagnostic({ ...base, ...diagnostic }, { color: false }).split("\n");

const at = (lineText: string, from: number, to: number, endLine = 14): Pick<Diagnostic, "range"> => ({
  range: { file: "mesh.yaml", start: { line: 14, column: from }, end: { line: endLine, column: to }, lineText },
});

describe("a diagnostic on paper", () => {
  it("has place, code and summary, the source line with carets, detail and fix", () => {
    const text = format({ ...at("    network: same", 14, 18), fix: "Rename it." });
    expect(text).toEqual([
      "mesh.yaml:14:14 error[ISM104] Duplicate network name",
      "14 |     network: same",
      "   |              ^^^^",
      "Something is wrong.",
      "fix: Rename it.",
    ]);
  });

  const heads: readonly (readonly [string, Partial<Diagnostic>, string])[] = [
    ["names the cluster when there is no file", { cluster: "west" }, "west: error[ISM104] Duplicate network name"],
    [
      "names the object in its cluster",
      { cluster: "west", object: { group: "apps", kind: "Deployment", namespace: "istio-system", name: "istiod" } },
      "west/Deployment istio-system/istiod: error[ISM104] Duplicate network name",
    ],
    [
      "names an object alone",
      { object: { group: "", kind: "Namespace", name: "sample" } },
      "Namespace sample: error[ISM104] Duplicate network name",
    ],
    ["has no place when there is none", {}, "error[ISM104] Duplicate network name"],
    ["says when it is a warning", { severity: "warning" }, "warning[ISM104] Duplicate network name"],
  ];
  it.each(heads)("%s", (_sentence, diagnostic, head) => {
    expect(format(diagnostic)[0]).toBe(head);
  });

  it("wraps prose at 100 columns and leaves commands as they are", () => {
    const command = `    kubectl ${"--flag ".repeat(30)}get pods`;
    const text = format({ detail: "word ".repeat(50).trim(), fix: `${"do ".repeat(50).trim()}:\n\n${command}` });
    expect(text.filter((line) => line !== command).every((line) => line.length <= 100)).toBe(true);
    expect(text).toContain(command);
    expect(text.find((line) => line.startsWith("     do"))).toBeDefined();
  });

  it("marks a range over several lines to the end of its first line", () => {
    expect(format(at("tls: {", 6, 2, 16))[2]).toBe("   |      ^");
  });

  it("has a caret where there is nothing to mark", () => {
    expect(format(at("", 1, 1)).slice(1, 3)).toEqual(["14 |", "   | ^"]);
  });

  it("puts carets below characters of two cells and of none", () => {
    expect(format(at('a: "東京" b', 9, 10)).slice(1, 3)).toEqual(['14 | a: "東京" b', `   | ${" ".repeat(10)}^`]);
    expect(format(at("e\u0301: b", 5, 6))[2]).toBe("   |    ^");
  });

  it("shows a window of a long line", () => {
    const [, line, carets] = format(at(`${"x".repeat(500)}HERE${"y".repeat(500)}`, 501, 505));
    expect(line?.length).toBeLessThanOrEqual(100);
    expect(line?.slice(carets?.indexOf("^"), (carets?.lastIndexOf("^") ?? 0) + 1)).toBe("HERE");
  });

  it("is plain without colour and differs by nothing else with it", () => {
    const diagnostic = { ...base, ...at("    network: same", 14, 18), fix: "Rename it." };
    const colored = formatDiagnostic(diagnostic, { color: true });
    expect(colored).toContain("\u001b[31merror[ISM104]\u001b[39m");
    expect(colored.replaceAll(/\u001b\[\d+m/g, "")).toBe(formatDiagnostic(diagnostic, { color: false }));
  });

  it("never prints a control, format or direction character of its input", () => {
    const nasty = fc.string({
      unit: fc.constantFrom(
        "\u001b",
        "\u0007",
        "\u202e",
        "\u200b",
        "\r",
        "\n",
        "\t",
        "\u0085",
        "\u2028",
        "\ud800",
        "a",
        " ",
        "[",
      ),
    });
    fc.assert(
      fc.property(nasty, nasty, nasty, nasty, (file, lineText, detail, fix) => {
        const text = formatDiagnostic(
          {
            ...base,
            detail,
            fix,
            range: { file, start: { line: 1, column: 3 }, end: { line: 1, column: 5 }, lineText },
          },
          { color: false },
        );
        expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
