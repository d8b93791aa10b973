/** A file that `plainview check --receipts` reads (specs/receipts-file.md), made of two halves: what
 * this browser kept, which counts, and what only the service has: events, places, older receipts. */

/** A receipt and its signature as they came. */
export interface Copy {
  readonly number: number;
  readonly receipt: string;
  readonly signature: string;
}

interface Line {
  readonly receipt: string;
  readonly signature: string;
  readonly proof?: unknown;
}

interface Part {
  readonly viewer: string;
  readonly receipts: readonly Line[];
  readonly events?: readonly string[];
}

const SPEC = "receipts-v1";

/** The service's half; null where it is no file of this viewer's receipts. */
export function readPart(text: string, viewer: string): Part | null {
  try {
    const [first, second] = text.split("\n", 2).map((line) => JSON.parse(line) as Record<string, unknown>);
    const part = second as Part | undefined;
    const isOne = first?.["spec"] === SPEC && part?.viewer === viewer && Array.isArray(part.receipts);
    return isOne && part.receipts.every(({ receipt }) => typeof receipt === "string") ? part : null;
  } catch {
    return null;
  }
}

function numberOf(receipt: string): number {
  try {
    return Number((JSON.parse(receipt) as { number?: unknown }).number) || 0;
  } catch {
    return 0;
  }
}

/**
 * The file's text. Of each receipt that both have, the browser's copy with the service's place for
 * it; where the service's copy differs both are in the file, one after the other: whoever checks it
 * sees two receipts for one number.
 */
export function receiptsFile(
  { edition, viewer }: { edition: string; viewer: string },
  kept: readonly Copy[],
  heads: readonly string[],
  theirs: Part | null,
): string {
  const places = new Map(theirs?.receipts.map((line) => [line.receipt, line]));
  const mine = new Set(kept.map(({ receipt }) => receipt));
  const all: [number, Line][] = kept.map(({ number, receipt, signature }) => [number, { ...places.get(receipt), receipt, signature }]);
  for (const line of theirs?.receipts ?? []) if (!mine.has(line.receipt)) all.push([numberOf(line.receipt), line]);
  const receipts = all.sort(([a], [b]) => a - b).map(([, line]) => line);
  const head = { spec: SPEC, edition, receipts: receipts.length, checkpoints: [...new Set(heads)] };
  const part: Part = { viewer, receipts, events: theirs?.events ?? [] };
  return `${JSON.stringify(head)}\n${JSON.stringify(part)}\n`;
}
