import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { commandSections } from "../../src/cli/command-table.ts";
import { eventReference } from "../../src/engine/documents/event-reference.ts";
import { catalogue } from "../../src/core/diagnostics/catalogue.ts";
import { renderCliPage } from "./pages/cli-page.ts";
import { renderCodesPage } from "./pages/codes-page.ts";
import { renderEventsPage } from "./pages/events-page.ts";
import { readText, root } from "./tracked-files.ts";

it.each([
  ["docs/reference/cli.md", renderCliPage(commandSections)],
  ["docs/reference/codes.md", renderCodesPage(catalogue)],
  ["docs/reference/events.md", renderEventsPage(eventReference)],
])("%s says what the program says (UPDATE_GOLDEN=1 writes it again)", (page, fresh) => {
  const file = path.join(root, page);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, fresh);
  }
  expect(existsSync(file) ? readText(page) : "").toBe(fresh);
});
