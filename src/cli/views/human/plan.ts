import { writeJson } from "../../../core/model/exact-json.ts";
import type { Json } from "../../../core/model/kube-object.ts";
import { describeId } from "../../../core/model/kube-object.ts";
import { additionsIn } from "../../../core/plan/additions.ts";
import type { FieldChange } from "../../../core/plan/diff.ts";
import type { ClusterPlan, Plan, PlannedObject } from "../../../core/plan/plan.ts";
import { summarisePlan } from "../../../core/plan/plan.ts";
import { changedNames } from "../../../core/front-door/names-plan.ts";
import { phases } from "../../../core/render/waves.ts";
import type { Palette } from "../../terminal/palette.ts";
import { viewNamesPlan } from "./names.ts";
import { shortened, viewConnections } from "./plan-connections.ts";

type PlannedCluster = Extract<ClusterPlan, { readonly kind: "planned" }>;

export interface PlanViewOptions {
  readonly prune: boolean;
  readonly palette: Palette;
  /** Clusters that have been shown (`viewPlannedCluster`), by name; they are left out where nothing about them has changed. */
  readonly shown?: ReadonlyMap<string, string>;
}

/** The plan as text: deletions first and apart, then what changes by cluster and phase, then one line of sums. */
export function viewPlan(plan: Plan, options: PlanViewOptions): string {
  const lines = plan.clusters.flatMap((cluster) => viewUnlessShown(cluster, options));
  const outside = plan.outOfScope ?? [];
  const left = outside.length === 0 ? [] : [options.palette.dim(`Out of scope: ${outside.join(", ")}.`)];
  return [
    ...lines,
    ...viewCertificates(plan, options.palette),
    ...viewNamesPlan(plan.names, options),
    ...left,
    viewSummary(plan, options),
  ].join("\n");
}

/** What would be ordered, or put from one cluster into the others, and why. */
function viewCertificates({ certificates = [] }: Plan, palette: Palette): readonly string[] {
  const lines = certificates.flatMap(({ name, issuer, names, action, reason }) => {
    switch (action) {
      case "order":
        return [
          palette.added(`  + order ${name} from ${issuer} for ${names.join(", ")}`),
          palette.dim(`      ${reason}`),
        ];
      case "place":
        return [palette.changed(`  ~ place ${name} in all clusters`), palette.dim(`      ${reason}`)];
      case "wait":
        return [palette.changed(`  ? ${name} is not ordered`), palette.dim(`      ${reason}`)];
      case "keep":
        return [];
    }
  });
  return lines.length === 0 ? [] : [palette.strong("certificates"), ...lines, ""];
}

/** What would change on one cluster, as it is within the whole plan. */
export function viewPlannedCluster(cluster: PlannedCluster, options: PlanViewOptions): string {
  return viewCluster(cluster, options).join("\n");
}

function viewUnlessShown(cluster: ClusterPlan, options: PlanViewOptions): readonly string[] {
  const lines = viewCluster(cluster, options);
  const before = options.shown?.get(cluster.cluster);
  if (before === undefined) {
    return lines;
  }
  const [name = "", ...rest] = lines;
  return before === lines.join("\n")
    ? []
    : [`${name}${options.palette.dim("  (again, with what has been answered since)")}`, ...rest];
}

function viewCluster(cluster: ClusterPlan, options: PlanViewOptions): string[] {
  const { palette } = options;
  if (cluster.kind === "unreachable") {
    return [
      `${palette.strong(cluster.cluster)}  ${palette.bad("× does not answer")}: ${cluster.diagnostic.summary}`,
      "",
    ];
  }
  const changing = cluster.objects.filter((object) => object.action !== "none" || object.adopted === true);
  const lines = [palette.strong(cluster.cluster)];
  if (cluster.prune.length > 0) {
    lines.push(options.prune ? "  delete" : "  no longer in the mesh file (kept; --prune deletes them)");
    lines.push(
      ...cluster.prune.map((item) => (options.prune ? palette.removed : palette.dim)(`    - ${describeId(item.id)}`)),
    );
  }
  for (const phase of phases) {
    const ofPhase = changing.filter((object) => object.phase === phase);
    if (ofPhase.length > 0) {
      lines.push(`  ${phase}`, ...ofPhase.flatMap((object) => viewObject(object, palette)));
    }
  }
  for (const { id, diagnostic } of cluster.refused ?? []) {
    lines.push(`${palette.bad(`    × ${describeId(id)}`)}${palette.dim(`  (left as it is: ${diagnostic.summary})`)}`);
  }
  if (cluster.theirs !== undefined && cluster.theirs.length > 0) {
    lines.push(palette.dim(`  stays as it is: ${cluster.theirs.join(", ")}`));
  }
  lines.push(...viewAdditions(cluster, palette), ...viewConnections(cluster, options));
  if (changing.length === 0) {
    lines.push(palette.dim(`  no changes (${cluster.objects.length} objects)`));
  }
  return [...lines, ""];
}

/** What others have written beside what was applied: no apply takes it away, and some of it changes where requests go. */
function viewAdditions(cluster: PlannedCluster, palette: Palette): readonly string[] {
  const lines = additionsIn(cluster).flatMap(({ id, fields }) => [
    palette.dim(`    = ${describeId(id)}`),
    ...fields.map(({ path, value, items, writer }) => {
      const what = value ?? (items === undefined ? "(not shown)" : `(not shown: ${items.join(", ")})`);
      const who = writer.manager === "" ? "somebody" : writer.manager;
      return `        ${path}: ${what}${palette.dim(`  # added by ${who}${writer.time === "" ? "" : ` at ${writer.time}`}`)}`;
    }),
  ]);
  return lines.length === 0
    ? []
    : ["  added by others, which an apply leaves (isthmus check says what it does)", ...shortened(lines, palette)];
}

function viewObject(object: PlannedObject, palette: Palette): string[] {
  const merged = object.mergedFrom === undefined ? "" : palette.dim(`  (merged with ${object.mergedFrom.join(", ")})`);
  const later = object.knownAfterApply !== undefined ? palette.dim("  (content known after apply)") : merged;
  if (object.action === "create") {
    const deleted = object.deleted === true ? palette.dim("  (somebody deleted it)") : "";
    return [`${palette.added(`    + ${describeId(object.id)}`)}${deleted}${later}`];
  }
  const adopted = object.adopted === true ? palette.dim("  (taken over: existed before)") : "";
  if (object.action === "none") {
    return [`    = ${describeId(object.id)}${adopted}${merged}`];
  }
  return [
    `${palette.changed(`    ~ ${describeId(object.id)}`)}${adopted}${later}`,
    ...object.fields.map((field) => viewField(field, palette)),
  ];
}

/** One changed field on one line, with who else has given it its present value. */
export function viewField(field: FieldChange, palette: Palette): string {
  const before = field.before === undefined ? palette.dim("(none)") : shorten(field.before);
  const after = field.after === undefined ? palette.dim("(removed)") : shorten(field.after);
  return `        ${field.path}: ${before} → ${after}${viewWriter(field, palette)}`;
}

function viewWriter({ before, changedBy }: FieldChange, palette: Palette): string {
  if (changedBy === undefined) {
    return "";
  }
  const time = changedBy.time === "" ? "" : ` at ${changedBy.time}`;
  const what = before === undefined ? "removed" : "changed";
  return palette.dim(`  # ${what} by ${changedBy.manager === "" ? "somebody" : changedBy.manager}${time}`);
}

const longest = 60;

function shorten(value: Json): string {
  const text = writeJson(value);
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

function viewSummary(plan: Plan, options: PlanViewOptions): string {
  const summary = summarisePlan(plan, options);
  const names = changedNames(plan.names, options).length;
  const ofNames = names === 0 ? "" : `; ${names} ${names === 1 ? "name" : "names"} to write`;
  if (summary.create + summary.update + summary.delete + names === 0) {
    const unavailable = plan.clusters.filter((cluster) => cluster.kind === "unreachable").length;
    if (summary.adopt > 0) {
      return `No changes but ${summary.adopt} ${summary.adopt === 1 ? "object" : "objects"} to adopt; ${summary.unchanged} objects are as the mesh file asks.`;
    }
    return unavailable === 0
      ? `No changes. ${summary.unchanged} objects are as the mesh file asks.`
      : `No changes in the clusters that answer. ${unavailable} of ${plan.clusters.length} clusters do not.`;
  }
  return `Plan: ${summary.create} to create, ${summary.update} to change, ${summary.delete} to delete; ${summary.unchanged} unchanged${summary.adopt === 0 ? "" : `, ${summary.adopt} adopted`}${ofNames}.`;
}
