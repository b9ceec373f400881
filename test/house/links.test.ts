import { existsSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { listFiles, readText, root } from "./tracked-files.ts";

const files = listFiles();
const pages = files.filter((file) => file.endsWith(".md"));

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

const folders = files.flatMap((file) => {
  const parts = file.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
});
const places = [...new Set([...files, ...folders])];

/** What stands in back quotes outside of examples, without a slash at its end. */
function quotedIn(page: string): readonly string[] {
  const text = readText(page).replaceAll(/^```[\s\S]*?^```/gm, "");
  return [...text.matchAll(/`([^`\s]+)`/g)].map(([, quoted = ""]) => quoted.replace(/\/$/, ""));
}

const isPlace = (quoted: string): boolean =>
  /^[\w./*-]+$/.test(quoted) &&
  (quoted.endsWith(".ts") ||
    /^(?:src|test|scripts|docs|sandbox-engine|core|engine|kube|pki|providers|cli)\//.test(quoted));

/** True for a file or a folder by the end of its path, as `core/render/waves.ts` or `waves.ts`; `*` is a part of a name, and a decision is known by its number. */
function isThere(quoted: string): boolean {
  const pattern = quoted.replaceAll(".", "\\.").replaceAll("*", "[^/]*");
  const end = /\bdocs\/adr\/\d{4}$/.test(quoted) ? "-" : "$";
  const named = new RegExp(`(?:^|/)${pattern}${end}`);
  return places.some((place) => named.test(place));
}

it("sees what is not there", () => {
  expect(["src/core/render/waves.ts", "waves.ts", "core/render", "*facts.ts"].filter(isThere)).toHaveLength(4);
  expect(["src/core/render/wave.ts", "render/plan.ts"].filter(isThere)).toEqual([]);
});

it.each(pages)("%s names files and folders that are there", (page) => {
  expect([...new Set(quotedIn(page).filter((quoted) => isPlace(quoted) && !isThere(quoted)))]).toEqual([]);
});

const program = files.filter(
  (file) => /^(?:src|test|scripts)\/.*\.(?:ts|mjs)$/.test(file) && !file.startsWith("test/house/"),
);

it.each(["docs/architecture.md", "AGENTS.md"])("%s names functions and fields that are there", (page) => {
  const names = [...new Set(quotedIn(page).filter((quoted) => /^[a-z]+[A-Z]\w*$/.test(quoted)))];
  expect(names.length).toBeGreaterThan(3);
  const unknown = names.filter((name) => {
    const word = new RegExp(`\\b${name}\\b`);
    return !program.some((file) => word.test(readText(file)));
  });
  expect(unknown).toEqual([]);
});
