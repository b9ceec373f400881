import { expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { SandboxCluster } from "./instance-record.ts";
import { planRecord } from "./instance-record.ts";
import { refuseOtherClusters } from "./refuse-other-clusters.ts";

function clusters(...names: readonly string[]): readonly SandboxCluster[] {
  return names.map((one) => {
    const name = one.replace("~", "");
    return { name, region: name, zone: `${name}-a`, ...(name === one ? {} : { flat: true }) };
  });
}

function ask(present: readonly string[], asked: readonly string[] | undefined): string | undefined {
  const record = planRecord("try", 0, clusters(...present), new Date(0));
  try {
    refuseOtherClusters(record, { instance: "try", ...(asked === undefined ? {} : { clusters: clusters(...asked) }) });
    return undefined;
  } catch (error) {
    return error instanceof UserError ? error.diagnostics[0]?.detail : String(error);
  }
}

it.each([
  ["the same", ["west", "east"], ["west", "east"]],
  ["none named", ["west~", "east~"], undefined],
  ["the same, flat", ["west~", "east~", "north"], ["west~", "east~", "north"]],
  ["names alone where they are flat", ["west~", "east~", "north"], ["west", "east", "north"]],
])("goes on with %s", (_, present, asked) => {
  expect(ask(present, asked)).toBeUndefined();
});

it.each([
  ["others", ["west", "east"], ["a", "b"], /west \(west\/west-a\), east \(east\/east-a\); a \(a\/a-a\), b/],
  ["flat ones where they are not", ["west", "east"], ["west~", "east~"], /west \(west\/west-a, flat\)/],
  ["other flat ones", ["west~", "east~", "north"], ["west~", "east~", "north~"], /north \(north\/north-a, flat\)/],
])("refuses %s", (_, present, asked, message) => {
  expect(ask(present, asked)).toMatch(message);
});
