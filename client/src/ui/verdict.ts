/** What the checks say in a line: the villain's page on top of its result, "Recompute now" at its button. */
import { plural } from "./words";

export interface Standing {
  readonly doing: string;
  readonly isCaught: boolean;
  readonly pulled: number;
  readonly isChecked: boolean;
  /** All levers pulled are ones that nobody catches. */
  readonly isBlind: boolean;
  readonly isForOutsider: boolean;
  /** Found, not cleared, and no lever is pulled. */
  readonly isOld: boolean;
  /** Receipts failed under earlier levers, and the viewer has cleared the seal of them. */
  readonly isCleared: boolean;
  /** The outsider finds something while no lever is pulled, and nothing kept here accounts for it. */
  readonly isToldOnly: boolean;
}

export function headlineOf(now: Standing): string {
  if (now.doing) return now.doing;
  if (now.isCaught) return "Caught.";
  if (now.pulled && !now.isChecked) return "Levers are pulled.";
  if (now.isBlind) return "Not caught.";
  if (now.isForOutsider) return "You see nothing wrong.";
  if (now.pulled) return "Not caught so far.";
  if (now.isOld) return "Old findings.";
  if (now.isToldOnly) return "The outsider found something.";
  if (now.isCleared) return "All honest since you cleared the seal.";
  return now.isChecked ? "All honest." : "All honest so far.";
}

/** What the outsider was handed that is no news: slates served under levers which are back, or null. */
export function aboutEarlier(verdict: string, pulled: number, isEarlier: boolean): string | null {
  if (verdict !== "misbehaviour" || !isEarlier) return null;
  return pulled
    ? "Slates served under levers that have been put back were handed over too: part of this concerns them."
    : "This concerns what was served under a lever that has been put back since. No lever is pulled now; what was signed then stays provable.";
}

/** What came of "Recompute now": how many pages were worked out again, and of those how many differ. */
export function answerOf(pages: number, failed: number, isAllRight: boolean): string {
  const done = `${plural(pages, "page")} recomputed, `;
  if (failed) return `${done}${failed === pages ? (pages > 1 ? "all of them" : "and it") : failed} came out differently`;
  return isAllRight ? `${done}${pages === 1 ? "and it is" : "all"} the same` : `${done}but the server’s copies differ from yours`;
}
