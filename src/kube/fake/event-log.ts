/** What happened, by revision, until it is forgotten. */
export interface EventLog<E extends { readonly revision: number }> {
  /** Keeps an event and tells all who listen. */
  add(event: E): void;
  /** Events after a revision; "gone" when they were forgotten. */
  since(revision: number): readonly E[] | "gone";
  /** Forgets all events before a revision. */
  forgetBefore(revision: number): void;
  /** Called with every event; the result ends it. */
  subscribe(listener: (event: E) => void): () => void;
}

/** Nothing has happened yet. */
export function createEventLog<E extends { readonly revision: number }>(): EventLog<E> {
  const listeners = new Set<(event: E) => void>();
  let events: E[] = [];
  let forgotten = 0;
  return {
    add(event) {
      events.push(event);
      listeners.forEach((listener) => listener(event));
    },
    since: (revision) => (revision < forgotten ? "gone" : events.filter((event) => event.revision > revision)),
    forgetBefore(revision) {
      events = events.filter((event) => event.revision >= revision);
      forgotten = revision;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
