import { expect } from "vitest";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import type { SeenRequest } from "../../src/kube/fake/faults.ts";
import { isWrite } from "./expect-converges.ts";
import { inFreshWorld } from "./fresh-world.ts";
import type { EventLine } from "../../src/cli/testing/event-lines.ts";
import { runProgram } from "./run-program.ts";
import { partOfToday } from "../part-of-today.ts";

/** Processes at a time: they mostly wait. */
const side = 4;

/** A command that is killed, in a world that was made ready for it. */
export interface KilledCommand {
  readonly prepare: (world: FakeClusters) => Promise<void>;
  readonly words: readonly string[];
  /** What pods answer in its worlds, where that is not what a fake answers. */
  readonly world?: Parameters<typeof inFreshWorld>[1];
  /** What has to hold after the kill; `undone` is the write that was sent and did not take effect. */
  readonly expectAfter: (
    world: FakeClusters,
    lines: readonly EventLine[],
    undone: SeenRequest | undefined,
  ) => Promise<void>;
}

/** How many writes the command makes when nothing disturbs it. It has to end well. */
export async function countWrites({
  prepare,
  words,
  world: kept,
}: Omit<KilledCommand, "expectAfter">): Promise<number> {
  return inFreshWorld(async (world) => {
    await prepare(world);
    const writes = (): number => requestsOf(world).filter(isWrite).length;
    const before = writes();
    const { code, err } = await runProgram(world, words).ended;
    if (code !== 0) {
      throw new Error(`${words.join(" ")} fails, and nothing disturbs it: ${err}`);
    }
    return writes() - before;
  }, kept);
}

/** Kills the command at its writes, in a fresh world each, before or (`done`) after the write takes effect. */
export async function killAtEveryWrite(command: KilledCommand, writes: number, done: boolean): Promise<void> {
  await forEachSideBySide(killPoints(writes), async (last) => {
    let seen = 0;
    await killAtWrite(command, () => (seen += 1) === last, { done, called: `write ${last}` });
  });
}

/** Kills the command at the first write that `isLast`, in a fresh world. */
export async function killAtWrite(
  command: KilledCommand,
  isLast: (request: SeenRequest) => boolean,
  options: { readonly done: boolean; readonly called: string; readonly reactionMs?: number },
): Promise<void> {
  const { done, called, ...world } = options;
  await inFreshWorld(
    async (fresh) => {
      await command.prepare(fresh);
      let struck: SeenRequest | undefined;
      const running = runProgram(fresh, command.words);
      const matches = (request: SeenRequest): boolean => {
        if (!isWrite(request) || !isLast(request)) {
          return false;
        }
        running.child.kill("SIGKILL");
        struck = request;
        return true;
      };
      Object.values(fresh.servers).forEach((server) => server.inject({ kind: "reset", done }, { matches }));
      await running.ended;
      expect(running.child.signalCode).toBe("SIGKILL");
      await at(`killed at ${called}, ${struck?.method} ${struck?.url}`, async () =>
        command.expectAfter(fresh, running.lines, done ? undefined : struck),
      );
    },
    { ...command.world, ...world },
  );
}

/** Says of a failure when it came about. */
export async function at(where: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new Error(where, { cause: error });
  }
}

/** Which of the points 1 to `count` this run kills at: another eleventh each day. */
export function killPoints(count: number): readonly number[] {
  return partOfToday(
    Array.from({ length: count }, (_, index) => index + 1),
    11,
  );
}

/** Works on a few items at a time; rejects with the first failure. */
export async function forEachSideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const take = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: side }, take));
}

function requestsOf(world: FakeClusters): readonly SeenRequest[] {
  return Object.values(world.servers).flatMap((server) => server.requests);
}
