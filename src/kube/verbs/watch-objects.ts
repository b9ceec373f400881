import { readJson } from "../../core/model/exact-json.ts";
import type { Readable } from "node:stream";
import type { WatchEvent, WatchOptions, ListQuery } from "../client.ts";
import type { Connection } from "../connection.ts";
import { isRecord, textOf } from "../kubeconfig/read-fields.ts";
import { listObjects, selectorsOf } from "./list-objects.ts";
import { collectionPath } from "../resource-paths.ts";
import type { WireStream } from "../wire/wire-request.ts";
import { readWireObject } from "../wire/wire-object.ts";

/** After this the API server ends a watch in an orderly way; each gets a bit more, so that not all come back at once. */
const watchSeconds = 240;

/** Bookmarks come about once a minute, so that longer silence means a dead connection. */
const idleTimeoutMs = 150_000;

/**
 * Lists (unless told where to go on) and then watches for ever. A watch that
 * ends or breaks goes on at the last resourceVersion; one that the API server
 * no longer knows (410, as status or as event) starts over with a list.
 */
export async function* watchObjects(
  connection: Connection,
  query: ListQuery,
  options: WatchOptions,
): AsyncGenerator<WatchEvent, void, undefined> {
  let position = options.resourceVersion;
  for (;;) {
    if (position === undefined) {
      const list = await listObjects(connection, query, options.signal);
      position = list.resourceVersion;
      yield { type: "listed", objects: list.objects };
    }
    const stream = await openWatch(connection, query, position, options.signal);
    if (stream === "gone") {
      position = undefined;
      continue;
    }
    for await (const frame of readFrames(stream.body, options.signal)) {
      const event = readEvent(frame, query);
      if (event === undefined) {
        position = undefined;
        break;
      }
      position = event.resourceVersion ?? position;
      if (event.event !== undefined) {
        yield event.event;
      }
    }
  }
}

async function openWatch(
  { transport, discovery, report }: Connection,
  query: ListQuery,
  resourceVersion: string,
  signal: AbortSignal,
): Promise<WireStream | "gone"> {
  const subject = { verb: "watch", object: query };
  const path = collectionPath(query.apiVersion, await discovery.find(query, "watch", signal), query.namespace);
  const timeoutSeconds = String(watchSeconds + Math.floor(Math.random() * 60));
  const parameters = {
    ...selectorsOf(query),
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion,
    timeoutSeconds,
  };
  const stream = await transport.stream({ method: "GET", path, query: parameters, subject, signal }, idleTimeoutMs);
  if (stream.status === 200) {
    return stream;
  }
  const text = await readAll(stream.body);
  if (stream.status === 410) {
    return "gone";
  }
  throw report.answerFailure({ status: stream.status, text }, subject);
}

async function readAll(body: Readable): Promise<string> {
  let text = "";
  for await (const chunk of body.setEncoding("utf8")) {
    text += String(chunk);
  }
  return text;
}

/** One JSON document per line. A broken connection ends the frames: what is missing comes with the next watch. */
async function* readFrames(
  body: Readable,
  signal: AbortSignal,
): AsyncGenerator<Readonly<Record<string, unknown>>, void, undefined> {
  let rest = "";
  try {
    for await (const chunk of body.setEncoding("utf8")) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const frame = parseFrame(line);
        if (frame !== undefined) {
          yield frame;
        }
      }
    }
  } catch {
    signal.throwIfAborted();
  }
  signal.throwIfAborted();
}

function parseFrame(line: string): Readonly<Record<string, unknown>> | undefined {
  const parsed: unknown = line === "" ? undefined : readJson(line);
  return isRecord(parsed) ? parsed : undefined;
}

interface ReadEvent {
  readonly resourceVersion?: string;
  readonly event?: WatchEvent;
}

/** Undefined = an ERROR event: the position is lost. */
function readEvent(frame: Readonly<Record<string, unknown>>, query: ListQuery): ReadEvent | undefined {
  const object = isRecord(frame["object"]) ? frame["object"] : {};
  const metadata = isRecord(object["metadata"]) ? object["metadata"] : {};
  const resourceVersion = textOf(metadata["resourceVersion"]);
  const position = resourceVersion === undefined ? {} : { resourceVersion };
  switch (frame["type"]) {
    case "ADDED":
      return { ...position, event: { type: "added", object: readWatched(object, query) } };
    case "MODIFIED":
      return { ...position, event: { type: "modified", object: readWatched(object, query) } };
    case "DELETED":
      return { ...position, event: { type: "deleted", object: readWatched(object, query) } };
    case "ERROR":
      return undefined;
    default:
      return position;
  }
}

function readWatched(object: Readonly<Record<string, unknown>>, query: ListQuery): ReturnType<typeof readWireObject> {
  return readWireObject({ apiVersion: query.apiVersion, kind: query.kind, ...object });
}
