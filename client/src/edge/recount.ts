/** The two halves of a recheck: our copies against the server's, and slates worked out again. */
import { parseCanonical } from "../receipts/canonical";
import { compareStored } from "../receipts/compare";
import type { Fault } from "../receipts/faults";
import { replayFault } from "../receipts/replayed";
import { more } from "./more_api";
import type { Kept, Ledger } from "./ledger";
import { receiptKeys } from "./receipt_keys";
import { keep } from "./store";
import type { CheckAnswer, SignedReceipt } from "./types";

const RECEIPTS_MAX = 200;
/** Slates that may be served while we ask: they push older ones out of the answer. */
const SPARE = 5;

/** Remember what was found of a receipt after it came. */
export function judge(item: Kept, replayed: Kept["replayed"], wrong: Fault | null = null): Promise<void> {
  const isNews = wrong && !item.faults.some(({ message }) => message === wrong.message);
  return keep<Kept>({
    ...item,
    ...(replayed ? { replayed } : {}),
    faults: isNews ? [...item.faults, wrong] : item.faults,
  });
}

/** Hold the last receipts we were served against the server's copies of them. */
export async function compareWithServer(
  ledger: Ledger,
  count: number,
  step: (done: number, of: number) => void = () => undefined,
): Promise<Fault[]> {
  const kept = (await ledger.last(count)).filter((item) => item.how === "served");
  const { receipts } = await more.receipts(Math.min(RECEIPTS_MAX, count + SPARE));
  const byNumber = new Map<number, SignedReceipt>();
  for (const stored of receipts) {
    try {
      byNumber.set(Number(parseCanonical(stored.receipt)["number"]), stored);
    } catch {
      // Unreadable: its number stays missing, which is reported below.
    }
  }
  const keys = await receiptKeys(ledger);
  const faults: Fault[] = [];
  for (const [index, item] of kept.entries()) {
    const wrong = await compareStored(item, byNumber.get(item.number), keys, ledger.proof);
    if (wrong) {
      faults.push(wrong);
      await judge(item, undefined, wrong);
    }
    step(index + 1, kept.length);
  }
  return faults;
}

/** Have the server work the last slates out again, and remember of each what came out. */
export async function recompute(ledger: Ledger, count: number): Promise<[CheckAnswer, Fault[]]> {
  const kept = await ledger.last(count);
  const answer = await more.check(count);
  const { number: newest } = await ledger.trail();
  const differs = new Map(answer.failures.map(({ number, message }) => [number, replayFault(number, message)]));
  // A slate served meanwhile takes the place of the oldest: that one was perhaps not looked at.
  const isCovered = (number: number) => answer.checked < count || number > newest + 1 - answer.checked;
  for (const item of kept) {
    const wrong = differs.get(item.number);
    if (wrong) await judge(item, "differs", wrong);
    else if (item.how === "served" && isCovered(item.number)) await judge(item, "same");
  }
  return [answer, [...differs.values()]];
}
