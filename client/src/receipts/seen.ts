/** Acknowledging faults. Apart from `faults.ts`, which the feed loads: this is loaded on demand. */
import { faultName, type FaultBook } from "./faults";

const SEEN_MAX = 500;

/** The viewer has read what is open. */
export function seeFaults(book: FaultBook): FaultBook {
  const named = book.open.filter((fault) => fault.about !== undefined).map(faultName);
  return { ...book, open: [], seen: [...book.seen, ...named].slice(-SEEN_MAX) };
}
