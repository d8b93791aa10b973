/**
 * What the viewer did and the server has not yet confirmed. Pure; `edge/outbox.ts` keeps it.
 *
 * An event keeps its key for ever, so sending it twice writes it once. Confirmed events stay a
 * while, because the chain check asks which keys are ours.
 */
import type { CanonicalObject } from "../receipts/canonical";

export const BATCH_MAX = 200;
const CONFIRMED_KEPT_MAX = 600;

export interface Outgoing {
  readonly key: string;
  readonly event: CanonicalObject;
  readonly made_ms: number;
  /** `sending`: left this browser at least once, outcome unknown. */
  readonly state: "queued" | "sending" | "confirmed" | "refused";
}

export interface Refusal {
  readonly key: string;
  readonly code: string;
  readonly message: string;
}

export type Draft = { kind: string } & CanonicalObject;

/** Keys are `<browser>-<counter>`, both in base 36, at most 32 letters. */
export function eventKey(browser: string, counter: number): string {
  return `${browser.slice(0, 16)}-${counter.toString(36)}`;
}

/**
 * Add one event. A `watch` never sent yet for the same (number, video) is replaced in place, since
 * the last report wins: a slow network then sends one watch and not thirty.
 */
export function enqueue(
  queue: readonly Outgoing[],
  draft: Draft,
  key: string,
  now_ms: number,
): Outgoing[] {
  const added: Outgoing = { key, event: { ...draft, key }, made_ms: now_ms, state: "queued" };
  if (draft.kind !== "watch") return [...queue, added];
  const isSame = (old: Outgoing) =>
    old.state === "queued" &&
    old.event["kind"] === "watch" &&
    old.event["number"] === draft["number"] &&
    old.event["video"] === draft["video"];
  return [...queue.filter((old) => !isSame(old)), added];
}

export function nextBatch(queue: readonly Outgoing[]): Outgoing[] {
  return queue.filter(isOpen).slice(0, BATCH_MAX);
}

export const isOpen = (item: Outgoing): boolean =>
  item.state === "queued" || item.state === "sending";

export function markSending(queue: readonly Outgoing[], batch: readonly Outgoing[]): Outgoing[] {
  const sent = new Set(batch.map((item) => item.key));
  return queue.map((item) => (sent.has(item.key) ? { ...item, state: "sending" } : item));
}

/** Mark a sent batch by the server's answer; what was neither refused nor missing is confirmed. */
export function settle(
  queue: readonly Outgoing[],
  batch: readonly Outgoing[],
  refused: readonly Refusal[],
): Outgoing[] {
  const sent = new Set(batch.map((item) => item.key));
  const bad = new Set(refused.map((item) => item.key));
  const marked = queue.map((item): Outgoing => {
    if (!sent.has(item.key)) return item;
    return { ...item, state: bad.has(item.key) ? "refused" : "confirmed" };
  });
  const settled = marked.filter((item) => !isOpen(item));
  const dropped = new Set(settled.slice(0, -CONFIRMED_KEPT_MAX).map((item) => item.key));
  return marked.filter((item) => !dropped.has(item.key));
}

/** Wait before the next try, doubling from 1 s to 30 s. */
export function retryAfter(failures: number): number {
  return Math.min(30_000, 1000 * 2 ** Math.max(0, failures - 1));
}
