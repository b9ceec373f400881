import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { HealthChange } from "../../core/front-door/health-book.ts";
import { problemsOf } from "../../core/front-door/names-plan.ts";
import type { EngineEvent } from "../../engine/events.ts";
import { carryOutSync, prepareSync } from "../../engine/operations/dns.ts";
import { classOfSync } from "../../engine/operations/exit-class.ts";
import { watchDns } from "../../engine/operations/watch-dns.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { DnsSyncView } from "../views/dns-sync.ts";
import type { Ending } from "./event-stream.ts";
import { streamEvents } from "./event-stream.ts";

export interface DnsSyncArgs {
  readonly watch: boolean;
  readonly adopt: boolean;
  readonly prune: boolean;
  readonly yes: boolean;
}

/** Shows what would be written, asks, writes it, and with --watch goes on with that. */
export async function syncDns(args: DnsSyncArgs, view: DnsSyncView, context: MeshContext): Promise<ExitCode> {
  return streamEvents(view, context, async () => {
    const { declined, ...ending } = await syncOnce(args, view, context);
    return args.watch && !declined ? watch(view, context) : ending;
  });
}

async function syncOnce(
  args: DnsSyncArgs,
  view: DnsSyncView,
  context: MeshContext,
): Promise<Ending & { readonly declined: boolean }> {
  const { meshFile } = await context.readMesh();
  const prepared = await context.operate({}, async (options) => prepareSync(meshFile, args, options));
  const { names, prune, warnings, unreachable } = prepared;
  const problems = problemsOf(names.plan);
  view.event({ kind: "names", mesh: meshFile.mesh.name, names: names.plan, prune });
  view.plan(prepared);
  context.report([...warnings, ...unreachable]);
  const question = args.watch ? "Write this, and go on as the clusters change?" : "Write this?";
  if ((prepared.changes || args.watch) && !(await context.confirm(question, args))) {
    context.log("Nothing was changed.");
    return { exitCode: exitCodes.failed, clusters: [], diagnostics: [...warnings, ...problems], declined: true };
  }
  const outcomes = await context.operate({ onEvent: view.event }, async (options) => carryOutSync(prepared, options));
  const diagnostics = outcomes.flatMap((one) => one.diagnostics);
  view.result(outcomes);
  context.report(diagnostics);
  return {
    exitCode: exitCodes[classOfSync(outcomes, unreachable)],
    clusters: [],
    diagnostics: [...warnings, ...unreachable, ...diagnostics],
    declined: false,
  };
}

/** Ends by Ctrl-C alone. */
async function watch(view: DnsSyncView, context: MeshContext): Promise<never> {
  const onEvent = (event: EngineEvent): void => {
    view.event(event);
    if (event.kind === "address") {
      const from = event.failedFrom.length === 0 ? "" : ` (no answer from ${event.failedFrom.join(", ")})`;
      const is = event.alone === true ? "stays" : "is";
      context.log(
        `${timeOf(context)} ${event.address} of ${event.cluster} ${is} ${event.state} for ${event.name}${from}${whyOf(event)}`,
      );
    }
  };
  const { meshFile } = await context.readMesh();
  if (meshFile.mesh.dns?.healthChecks === undefined) {
    context.log(
      "No address is tested: the mesh file has no spec.dns.healthChecks, so that a cluster that dies stays in its names.",
    );
  }
  const options = await context.engineOptions({ onEvent });
  return watchDns(async () => (await context.readMesh()).meshFile, {
    ...options,
    onProblem: (diagnostics) => context.report(diagnostics),
    onOutcomes: (outcomes) => {
      for (const { name, state, now } of outcomes) {
        if (state === "changed") {
          context.log(`${timeOf(context)} ${name} has ${now?.addresses.join(", ") || "no addresses"}`);
        }
      }
      context.report(outcomes.flatMap((one) => one.diagnostics));
    },
  });
}

function whyOf({ waits, alone }: HealthChange): string {
  if (alone === true) {
    return ": no other place has looked, and one alone may have lost its own way";
  }
  return waits === true ? ", whose gateway answers while every request of the name hangs" : "";
}

function timeOf({ now }: MeshContext): string {
  return new Date(now()).toISOString();
}
