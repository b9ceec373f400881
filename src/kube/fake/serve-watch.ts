import { writeJson } from "../../core/model/exact-json.ts";
import type { ServerResponse } from "node:http";
import type { WatchAnswer } from "./fake-request.ts";
import { statusBody } from "./status-body.ts";
import type { FakeStore, StoredEvent } from "./fake-store.ts";

/** Streams events from where the watch asked on; an expired position gets the ERROR event that real API servers send. */
export function serveWatch(watch: WatchAnswer, store: FakeStore, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  const write = (type: string, object: unknown): void => void response.write(`${writeJson({ type, object })}\n`);
  const past = store.eventsSince(watch.since);
  if (past === "gone") {
    write("ERROR", statusBody(410, "Expired", "too old resource version"));
    response.end();
    return;
  }
  const deliver = (event: StoredEvent): void => {
    if (watch.selects(event.object)) {
      write(event.type, event.object);
    } else if (watch.bookmarks) {
      // Real ones come once a minute; here every event of others moves the position on.
      write("BOOKMARK", { metadata: { resourceVersion: String(event.revision) } });
    }
  };
  past.forEach(deliver);
  response.once("close", store.subscribe(deliver));
}
