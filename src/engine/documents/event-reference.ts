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
  "the task's id, one of `tasks` of the plan or removal and the same in every run of it: `west/gateways`, `west/gateways/ready`; absent for what no plan names";
const within = "the id of the task that it is a part of, where it is one";
const tasks =
  "everything that is done, each with its `id`, `cluster`, `kind` (`inventory`, `apply`, `wait`, `prune`, `delete`, `finish`), `task`, the ids of tasks that it `needs` (`*/gateways` is that wave on every cluster, ended well or not), and `within`";
const object = "`group`, `kind`, `name`, and `namespace` where it has one";

/** Every kind of event, in the order in which an apply tells them. */
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
      clusters:
        "`name` and `objects` in the order of removal, each with its identity, its `wave` and its `action`: `delete`, or `release` for one that was there before; with `labelled` where the mesh's label was looked for: how many objects of which `kind` carry it and stay; and `tasks` as in a plan",
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
  summary: {
    when: "Last, also after a failure or Ctrl-C. A stream without it is of a command that was killed.",
    fields: {
      exitCode: "what the command ends with",
      clusters:
        "`name`, `state` (`applied`, `removed`, `failed`, `interrupted`, `unreachable`), and the objects that were `applied` and `deleted`, counted; empty when nothing was begun",
      diagnostics: "every problem and warning of the run",
    },
  },
};
