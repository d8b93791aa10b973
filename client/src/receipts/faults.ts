/** What can be wrong with a slate, in words for the person it was served to. */

export type Stage =
  | "encoding"
  | "signature"
  | "key"
  | "viewer"
  | "request"
  | "chain"
  | "events"
  | "slate"
  | "stored"
  | "replay"
  | "log"
  | "epoch";

export interface Fault {
  readonly stage: Stage;
  readonly message: string;
  readonly what_to_do: string;
  readonly expected?: string;
  readonly found?: string;
  /** The number of the slate it is about, where a later check would find the same again. */
  readonly about?: number;
}

/** The faults a viewer has not acknowledged, and the names of those they have. */
export interface FaultBook {
  readonly open: readonly Fault[];
  readonly seen: readonly string[];
  /** Kept receipts that failed, as counted last. */
  readonly failed?: number;
}

export const NO_FAULTS: FaultBook = { open: [], seen: [] };
/** What a fault is called from check to check; a new edit of the same receipt is a new fault. */
export const faultName = ({ stage, message, found, about }: Fault): string =>
  about === undefined ? message : `${stage} ${about} ${found ?? ""}`;

/** Add faults. Acknowledged ones stay acknowledged when found again; the newest words win. */
export function noteFaults(book: FaultBook, faults: readonly Fault[]): FaultBook {
  const seen = new Set(book.seen);
  const isNews = (fault: Fault) => fault.about === undefined || !seen.has(faultName(fault));
  const named = [...book.open, ...faults.filter(isNews)].map((fault) => [faultName(fault), fault] as const);
  return { ...book, open: [...new Map(named).values()] };
}

/** The seal says the worst of what is open. What the viewer cleared is counted beside it, and colours nothing. */
export const sealState = (
  { faults, notes, last }: { faults: readonly Fault[]; notes: readonly string[]; last: unknown },
  isAsking: boolean,
) => (faults.length ? "bad" : isAsking ? "checking" : notes.length ? "note" : last ? "good" : "idle");

const KEEP =
  "The slate was not played. Download your receipts as evidence, then ask whoever runs this service.";

export function fault(stage: Stage, message: string, expected?: unknown, found?: unknown): Fault {
  return {
    stage,
    message,
    what_to_do: KEEP,
    ...(expected === undefined ? {} : { expected: String(expected) }),
    ...(found === undefined ? {} : { found: String(found) }),
  };
}
