import type { PlannedName } from "../../../core/front-door/names-plan.ts";
import type { DnsStatus } from "../../../engine/operations/dns.ts";
import type { Palette } from "../../terminal/palette.ts";
import { standingTexts } from "./names.ts";
import { renderTable } from "./table.ts";

/** One line for each name and cluster: what it brings, whether that answers, and why it is there or not. */
export function viewDnsStatus({ mesh, names, sightings }: DnsStatus, palette: Palette): string {
  const rows = names.names.flatMap((planned) => {
    const answered = sightings.find(({ name }) => name === planned.name)?.answered ?? {};
    return rowsOf(planned, answered, palette);
  });
  const former = (names.former ?? []).map(({ name }) =>
    palette.dim(`${name} is no longer in the mesh file and still has records (isthmus dns sync --prune)`),
  );
  return [
    `Mesh ${palette.strong(mesh)}, zone ${palette.strong(names.zone)}${palette.dim(`  (${names.where})`)}`,
    "",
    renderTable(["NAME", "CLUSTER", "ADDRESSES", "ANSWERS", "IN SYNC", "CLUSTER IS"], rows),
    ...(former.length === 0 ? [] : ["", ...former]),
  ].join("\n");
}

function rowsOf(
  planned: PlannedName,
  answered: Readonly<Record<string, boolean>>,
  palette: Palette,
): readonly (readonly string[])[] {
  const { name, standings } = planned;
  if (planned.kind === "unread") {
    return [[name, "-", palette.bad("× not known"), "-", "-", ""]];
  }
  const { claims, addresses } = planned.now;
  const after = planned.kind === "update" ? planned.after.claims : claims;
  const isSame = (cluster: string): boolean =>
    JSON.stringify(claims.find((one) => one.cluster === cluster)?.addresses ?? []) ===
    JSON.stringify(after.find((one) => one.cluster === cluster)?.addresses ?? []);
  const clusters = [...new Set([...Object.keys(standings), ...claims.map(({ cluster }) => cluster)])];
  const unowned = addresses.filter((one) => !claims.some((claim) => claim.addresses.includes(one)));
  const verdict = (cluster: string): string => {
    if (planned.kind === "refused") {
      return palette.bad("× refused");
    }
    return isSame(cluster) ? palette.good("√") : palette.changed("~ will change");
  };
  return [
    ...clusters.map((cluster) => {
      const own = claims.find((one) => one.cluster === cluster)?.addresses ?? [];
      const standing = standings[cluster];
      return [
        name,
        cluster,
        own.join(",") || "-",
        own.map((one) => answerOf(answered[one], palette)).join(",") || "-",
        verdict(cluster),
        standing === undefined ? "not in this mesh file" : standingTexts[standing],
      ];
    }),
    ...(unowned.length === 0 ? [] : [[name, "(nobody)", unowned.join(","), "-", "-", "not written by isthmus"]]),
  ];
}

function answerOf(answered: boolean | undefined, palette: Palette): string {
  return answered === undefined ? "?" : answered ? palette.good("√") : palette.bad("×");
}
