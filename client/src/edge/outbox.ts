/** Keeps and sends what the viewer did. Nothing is lost by a reload, a dead battery or a tunnel. */
import { enqueue, eventKey, isOpen, markSending, nextBatch, retryAfter, settle, type Draft, type Outgoing } from "../events/queue";
import type { CanonicalObject } from "../receipts/canonical";
import { api, Refused, Unreachable } from "./api";
import { inLine, nowMs, randomHex } from "./clock";
import type { EventsAnswer } from "./types";
import { read, update } from "./store";

interface Box {
  readonly browser: string;
  readonly counter: number;
  readonly queue: readonly Outgoing[];
}

const SOON_MS = 400;

export class Outbox {
  #cell: string;
  #taken: (answer: EventsAnswer) => Promise<void>;
  #waiting: (count: number) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #adding: Promise<unknown> = Promise.resolve();

  /**
   * `taken` hears every answer before the queue is settled, so that a crash in between repeats the
   * batch instead of losing the chain. `waiting` hears how many events are not yet confirmed.
   */
  constructor(
    viewer: string,
    taken: (answer: EventsAnswer) => Promise<void>,
    waiting: (count: number) => void,
  ) {
    this.#cell = `outbox.${viewer}`;
    this.#taken = taken;
    this.#waiting = waiting;
  }

  #empty(): Box {
    return { browser: randomHex(6), counter: 0, queue: [] };
  }

  async #change(change: (box: Box) => Box): Promise<Box> {
    const box = await update(this.#cell, this.#empty(), change);
    this.#waiting(box.queue.filter(isOpen).length);
    return box;
  }

  /** What this browser asked to have written, by key. */
  async made(): Promise<(key: string) => CanonicalObject | undefined> {
    const box = await read(this.#cell, this.#empty());
    const known = new Map(box.queue.map((item) => [item.key, item.event]));
    return (key) => known.get(key);
  }

  record(draft: Draft, isUrgent: boolean): void {
    const now_ms = nowMs();
    this.#adding = this.#adding.then(() =>
      this.#change((box) => ({
        ...box,
        counter: box.counter + 1,
        queue: enqueue(box.queue, draft, eventKey(box.browser, box.counter + 1), now_ms),
      })),
    );
    this.#schedule(isUrgent ? 0 : SOON_MS);
  }

  #schedule(after_ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush().catch(() => undefined), after_ms);
  }

  /**
   * Send all that waits; says whether there was anything. Raises Unreachable when the server cannot
   * be reached; a retry is set.
   */
  async flush(isLeaving = false): Promise<boolean> {
    await this.#adding;
    clearTimeout(this.#timer);
    try {
      const wasSent = await inLine("events", () => this.#sendAll(isLeaving));
      this.#failures = 0;
      return wasSent;
    } catch (error) {
      if (!(error instanceof Unreachable) && !(error instanceof Refused)) throw error;
      this.#failures += 1;
      this.#schedule(retryAfter(this.#failures));
      throw error;
    }
  }

  async #sendAll(isLeaving: boolean): Promise<boolean> {
    for (let sent = 0; ; sent++) {
      const before = await read(this.#cell, this.#empty());
      const batch = nextBatch(before.queue);
      if (!batch.length) return sent > 0;
      await this.#change((box) => ({ ...box, queue: markSending(box.queue, batch) }));
      const answer = await api.events(batch.map((item) => item.event), isLeaving);
      await this.#taken(answer);
      await this.#change((box) => ({ ...box, queue: settle(box.queue, batch, answer.refused) }));
    }
  }
}
