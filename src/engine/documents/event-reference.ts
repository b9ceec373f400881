import type { StreamedEvent } from "./event.ts";

/** What docs/reference/events.md says about one kind of event. */
export interface EventDescription {
  /** When it comes, in full sentences. */
  readonly when: string;
  /** Fields beyond those that every line has. */
  readonly fields: Readonly<Record<string, string>>;
}

const subject = "who it is about: a cluster, or a part of the work";
const task = "what is done, a short phrase";
const id =
  "the task's id, one of `tasks` of the plan, removal or shift and the same in every run of it: `west/gateways`, `west/gateways/ready`; absent for what no plan names";
const within = "the id of the task that it is a part of, where it is one";
const tasks =
  "everything that is done, each with its `id`, `cluster` (`DNS` for the writing of a name), `kind` (`inventory`, `apply`, `wait`, `prune`, `delete`, `write`, `proof`, `finish`), `task`, the ids of tasks that it `needs` (`*/gateways` is that wave on every cluster, ended well or not, and `*/finish` the end of its work), `within`, and `onFailure` for what is done only where something before it has failed";
const object = "`group`, `kind`, `name`, and `namespace` where it has one";

/** Every kind of event, in the order in which an apply emits them. */
export const eventReference: Readonly<Record<StreamedEvent["kind"], EventDescription>> = {
  plan: {
    when: "First of an apply, before anybody is asked: everything that it is about to do.",
    fields: {
      plan: "the document that `isthmus plan -o json` prints: summary, clusters, objects, changed fields; values of Secrets are fingerprints",
      tasks,
    },
  },
  removal: {
    when: "First of a removal, before anybody is asked: everything that it is about to take away.",
    fields: {
      mesh: "the mesh's name",
      names:
        "what leaves DNS first, as in `names` of a sync, with its `tasks`; absent for a mesh that publishes no names",
      clusters:
        "`name` and `objects` in the order of removal, each with its identity, its `wave` and its `action`: `delete`, or `release` for one that was there before; with `labelled` where the mesh's label was looked for: how many objects of which `kind` carry it and stay; and `tasks` as in a plan",
    },
  },
  shift: {
    when: "First of a shift, before anybody is asked: everything that it is about to change.",
    fields: {
      mesh: "the mesh's name",
      file: "the mesh file, which every step edits",
      route: "`service`, `namespace` and `name` of the route",
      from: "the weights of the beginning: version → percent",
      steps: "the weights that each step writes; the last ones are what was asked for",
      clusters:
        "`name` and `state`: `planned`, with the `object` (the route's VirtualService), its `fields` that the first step changes, and `tasks` as in a plan: of every step, and of the way back where --rollback is given; or `unreachable`, with the `diagnostic`",
    },
  },
  drain: {
    when: "First of a drain or an undrain, before anybody is asked: everything that it is about to change.",
    fields: {
      action: "`drain` or `undrain`",
      mesh: "the mesh's name",
      cluster: "the cluster that leaves traffic, or comes back",
      names:
        "what becomes of published names, as in `names` of a sync, with its `tasks`; absent for a mesh that publishes none",
      services:
        "`namespace` and `name` of each; of a drain also `instead`, the cluster that answers what is asked inside the drained one",
      clusters:
        "`name` and `state`: `planned`, with its `objects`, each with its identity, its `action` (`create`, `update`, `delete`) and the `fields` that change, and `tasks` as in a plan; or `unreachable`, with the `diagnostic`",
    },
  },
  names: {
    when: "First of `isthmus dns sync`, before anybody is asked: everything that it is about to write.",
    fields: {
      mesh: "the mesh's name",
      zone: "the DNS zone",
      where: "the server and the key that it is written with",
      names:
        "each with its `name`, its `state` (`unchanged`, `update`, `refused`, `unread`), why each of the `clusters` is in it or not, its `addresses`, their `owners`, and the `changes`",
      former: "the same of names that the mesh file has no more; absent where there are none",
      tasks,
    },
  },
  "task.started": {
    when: "A step begins: a wave of one cluster, a part of it such as a wait, or something that takes more than two seconds.",
    fields: { subject, task, id, within, expectedSeconds: "about how long it takes, where that is known" },
  },
  "task.note": {
    when: "Where a step is now, mostly what it waits for.",
    fields: { subject, task, id, within, note: "a sentence for people; its words may change" },
  },
  "task.done": { when: "A step has ended well.", fields: { subject, task, id, within, seconds: "how long it took" } },
  "task.failed": {
    when: "A step has failed. Other clusters go on.",
    fields: { subject, task, id, within, diagnostic: "`code`, `summary`, `detail`, `fix` as on stderr" },
  },
  "object.applied": {
    when: "An object was written.",
    fields: {
      cluster: "its cluster",
      phase: "the phase of the plan",
      wave: "the wave within the phase",
      action: "`create` or `update`",
      object,
    },
  },
  "object.deleted": { when: "An object was deleted.", fields: { cluster: "its cluster", object } },
  address: {
    when: "In `isthmus dns sync --watch`: an address of a name has failed its health checks, holds again, or is missed by one place alone.",
    fields: {
      name: "the name",
      cluster: "the cluster whose address it is",
      address: "the address",
      state: "`down` or `up`",
      failedFrom: "the places that got no answer in the last round: `this machine`, and names of clusters",
      waits: "true where its gateway answers by itself and no request of the name does; left out otherwise",
      alone:
        "true where one place alone gets no answer and no other has looked, so that it stays as it is; left out otherwise",
    },
  },
  verification: {
    when: "After a step of a shift, when it was proven: what was seen, good or not.",
    fields: {
      step: "`step-1` and so on, or `rollback`, as in the ids of tasks",
      verification: "the document that `isthmus verify -o json` prints, of the shifted route",
    },
  },
  gate: {
    when: "After a step of a shift with --max-error-rate or --max-p99, when it was judged by the requests of all clients: as often as steps are reached, once for each of the two.",
    fields: {
      step: "`step-1` and so on, as in the ids of tasks",
      of: "`errors`: how many fail; `times`: how many answers take as long as the limit or longer",
      verdict:
        "`passes`; `exceeds`: the versions of `judged` fail, or are late, more than they may, and others do not; `everywhere`: others do too; `unseen`: no request has reached the versions of `judged`, or none was answered to the end",
      judged: "names of versions; absent where all pass",
      maxErrorPercent: "the limit of `errors`",
      maxP99Milliseconds: "the limit of `times`: one of a hundred may be late",
      left: "of `times`: by `version`, how many tries of those that had `begun` ended since clients `left` before the answer, and whether these are `tooMany` to say anything of the others; versions without such are absent",
      versions:
        "`name`, and the tries that were `answered` below 500 and that `failed`, of `times` those answered within the limit and the others, in this step, as ingress gateways have counted them",
      unread: "clusters whose ingress gateways could not be asked, or keep no times: `name` and `diagnostic`",
    },
  },
  summary: {
    when: "Last, also after a failure or Ctrl-C. A stream without it is of a command that was killed.",
    fields: {
      exitCode: "what the command ends with",
      clusters:
        "`name`, `state` (`applied`, `removed`, `failed`, `interrupted`, `unreachable`, `incomplete` and `left` where the diagnostics say what is not done; of a shift, as its last step has left it: `shifted`, `unchanged`, `rolledBack`, `notTaken` where a gateway does not obey, `notServed` where gateways have no certificate for the route; of a drain `done`, `skipped` where a step was left out since others were not told, `failed`), and the objects that were `applied` and `deleted`, counted; empty when nothing was begun",
      diagnostics: "every problem and warning of the run",
    },
  },
};
