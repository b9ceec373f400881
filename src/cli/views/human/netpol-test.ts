import type { ConnectionPath, Hop } from "../../../core/netpol/trace-connection.ts";
import type { ConnectionTest } from "../../../core/netpol/results.ts";
import type { SideVerdict } from "../../../core/policies/network-policy.ts";
import type { Palette } from "../../terminal/palette.ts";
import { describeSides } from "./netpol-sides.ts";

/** The answer first, then each way with its hops, and at every hop what the policies of both ends say. */
export function viewConnection({ answer, trace, unreachable }: ConnectionTest, palette: Palette): string {
  const { from, to, port, protocol, paths } = trace;
  const heads: Readonly<Record<ConnectionTest["answer"], string>> = {
    yes: palette.good("√ yes"),
    no: palette.bad("× no"),
    partly: palette.bad("× in part"),
    unknown: palette.changed("? not known"),
  };
  const ways = groupAlike(paths);
  return [
    `${heads[answer]}  ${from.pod} of ${from.cluster} → ${to}, ${protocol} ${port}`,
    ...ways.flatMap((alike) => viewWay(alike, palette)),
    ...trace.remarks.map((remark) => `  ${palette.dim(remark)}`),
    ...trace.otherPolicies.map(
      ({ cluster, policies }) =>
        `${palette.changed("?")} ${cluster} has policies that isthmus cannot judge, which may decide otherwise: ${policies.join(", ")}`,
    ),
    ...unreachable.map(
      ({ cluster, diagnostic }) =>
        `${palette.bad("×")} ${cluster} does not answer, the ways there are not judged: ${diagnostic.summary}`,
    ),
  ].join("\n");
}

/** Ways that differ in the last pod's name only are told once. */
function groupAlike(paths: readonly ConnectionPath[]): readonly (readonly ConnectionPath[])[] {
  const groups = new Map<string, ConnectionPath[]>();
  for (const path of paths) {
    const key = JSON.stringify({ ...path, to: "", hops: path.hops.map((hop) => ({ ...hop, to: "" })) });
    groups.set(key, [...(groups.get(key) ?? []), path]);
  }
  return [...groups.values()];
}

function viewWay(alike: readonly ConnectionPath[], palette: Palette): readonly string[] {
  const [first] = alike;
  if (first === undefined) {
    return [];
  }
  const mark: Mark = ({ open, unsure }) =>
    unsure === true ? palette.changed("?") : open ? palette.good("√") : palette.bad("×");
  const others = alike.length > 1 ? ` and ${alike.length - 1} more like it` : "";
  const from = first.from === undefined ? "" : `${first.from} → `;
  const where = first.cluster === undefined ? "" : ` of ${first.cluster}`;
  return [
    `${mark(first)} ${palette.strong(`${from}${first.to}${where}`)}${others}`,
    ...(first.lacks === undefined ? [] : [`    ${palette.bad(first.lacks)}`]),
    ...first.hops.flatMap((hop) => viewHop(hop, mark)),
  ];
}

type Mark = (verdict: Pick<SideVerdict, "open" | "unsure">) => string;

function viewHop({ cluster, from, to, port, protocol, reach }: Hop, mark: Mark): string[] {
  const head = `    ${cluster}: ${from} → ${to}, ${protocol} ${port}`;
  if (reach.families.length === 0) {
    return [head, `      ${mark({ open: false })} they have no family of addresses in common`];
  }
  return [
    head,
    ...reach.families.flatMap((one) => [
      ...(reach.families.length > 1 ? [`      over ${one.family}:`] : []),
      ...describeSides(one, mark).map((line) => `      ${line}`),
    ]),
  ];
}
