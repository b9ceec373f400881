import { existsSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { listFiles, readText, root } from "./tracked-files.ts";

const pages = listFiles().filter((file) => file.endsWith(".md"));

it("has pages", () => {
  expect(pages).toContain("README.md");
});

it.each(pages)("%s links to files and headings that are there", (page) => {
  const text = withoutCode(readText(page));
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  expect(links.filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(page, link))).toEqual([]);
});

function leadsSomewhere(page: string, link: string): boolean {
  const [target = "", heading] = link.split("#");
  const file = target === "" ? page : path.posix.join(path.posix.dirname(page), decodeURIComponent(target));
  if (!existsSync(path.join(root, file))) {
    return false;
  }
  return heading === undefined || !file.endsWith(".md") || anchorsOf(file).includes(heading);
}

/** As GitHub makes them. */
function anchorsOf(page: string): readonly string[] {
  return [...withoutCode(readText(page)).matchAll(/^#+ +(.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, "");
}
