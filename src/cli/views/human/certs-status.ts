import type { AuthorityStatus, CertsStatus, FrontDoorStatus } from "../../../engine/operations/certs-status.ts";
import type { Palette } from "../../terminal/palette.ts";
import { renderTable } from "./table.ts";

const dayMs = 24 * 3600 * 1000;

/** Two tables: what each istiod signs with, and what gateways show in each cluster; then what is not as it should be. */
export function viewCertsStatus(status: CertsStatus, now: number, palette: Palette): string {
  const { mesh, authorities, frontDoors, unreachable } = status;
  const away = unreachable.map(({ cluster }) => [cluster, palette.bad("× does not answer")]);
  const signing = [...authorities.map((one) => authorityRow(one, now, palette)), ...away];
  const doors = frontDoors.flatMap((one) => doorRows(one, now, palette));
  const problems = frontDoors.flatMap((one) => problemsOf(one, palette));
  return [
    `Mesh ${palette.strong(mesh)}`,
    "",
    renderTable(["MESH CA", "SUBJECT", "ISSUED BY", "SERIAL", "ENDS", "RENEWS"], signing),
    ...(doors.length === 0
      ? []
      : ["", renderTable(["FRONT DOOR", "NAMES", "ISSUER", "CLUSTER", "SERIAL", "ENDS", "RENEWS"], doors)]),
    ...(problems.length === 0 ? [] : ["", ...problems]),
  ].join("\n");
}

function authorityRow(one: AuthorityStatus, now: number, palette: Palette): readonly string[] {
  const renews =
    one.verdict === undefined ? "by who installs Istio" : one.verdict.action === "keep" ? "-" : one.verdict.reason;
  return [one.cluster, one.subject, one.issuer, short(one.serial), ends(one.notAfter, now, palette), renews];
}

function doorRows(one: FrontDoorStatus, now: number, palette: Palette): readonly (readonly string[])[] {
  return one.held.map(({ cluster, serial, notAfter, lack, unknown }, index) => [
    ...(index === 0 ? [one.name, one.names.join(", "), issuerOf(one)] : ["", "", ""]),
    cluster,
    unknown !== undefined
      ? palette.changed("? not known")
      : serial === undefined
        ? palette.bad("× none")
        : short(serial),
    notAfter === undefined ? "-" : ends(notAfter, now, palette),
    unknown !== undefined ? "-" : lack === undefined ? renews(one, now) : palette.bad("× see below"),
  ]);
}

function issuerOf({ by, issuer }: FrontDoorStatus): string {
  return by === "isthmus" ? (issuer ?? "") : by === "cert-manager" ? `${issuer} (cert-manager)` : "-";
}

function renews({ by, verdict }: FrontDoorStatus, now: number): string {
  if (by !== "isthmus") {
    return by === "cert-manager" ? "by cert-manager" : "by hand";
  }
  const at = verdict?.renewAt;
  return at === undefined ? "at the next apply" : at <= now ? "now: at the next apply" : `from ${date(at)}`;
}

function problemsOf({ name, held, verdict }: FrontDoorStatus, palette: Palette): readonly string[] {
  const lacks = held.flatMap(({ cluster, lack, unknown }) => [
    ...(lack === undefined ? [] : [`${palette.bad("×")} ${name} in ${cluster}: ${lack}`]),
    ...(unknown === undefined ? [] : [`${palette.changed("?")} ${name} in ${cluster}: ${unknown}`]),
  ]);
  const next =
    verdict === undefined || verdict.action === "keep"
      ? []
      : [`${palette.changed("~")} ${name}: the next apply ${nextWords[verdict.action]}: ${verdict.reason}`];
  return [...lacks, ...next];
}

const nextWords = {
  order: "orders a new one",
  place: "puts one into all clusters",
  wait: "orders none",
} as const;

function ends(notAfter: Date, now: number, palette: Palette): string {
  const left = Math.floor((notAfter.getTime() - now) / dayMs);
  return left < 0 ? palette.bad(`ended ${date(notAfter.getTime())}`) : `in ${left} d`;
}

function date(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Enough of a serial number to tell two apart; JSON has the whole. */
function short(serial: string): string {
  return serial.length <= 16 ? serial : `${serial.slice(0, 15)}…`;
}
