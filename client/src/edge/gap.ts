/** Closes the gap between the receipts we hold and the server's. Loaded only when there is one. */
import { parseCanonical } from "../receipts/canonical";
import { isSignedByOne } from "../receipts/compare";
import { fault, type Fault } from "../receipts/faults";
import { digestOf, NO_DIGEST } from "../receipts/proof";
import { more } from "./more_api";
import { nowMs } from "./clock";
import type { Kept, Ledger, Trail } from "./ledger";
import { receiptKeys } from "./receipt_keys";
import { keep } from "./store";
import type { SignedReceipt } from "./types";

/** The server hands out at most this many at once. */
export const RECEIPTS_MAX = 200;

/**
 * Check and keep one fetched receipt. `before` is the one it must follow, null where unknown.
 */
async function takeFetched(ledger: Ledger, signed: SignedReceipt, before: Trail | null): Promise<Trail> {
  const { receipt, signature } = signed;
  const { viewer } = ledger.session;
  const facts = parseCanonical(receipt);
  const number = Number(facts["number"]);
  const faults: Fault[] = [];
  if (!(await isSignedByOne(receipt, signature, await receiptKeys(ledger), ledger.proof)))
    faults.push(fault("signature", `Receipt № ${number} carries a wrong signature.`));
  if (before?.number === number - 1 && facts["previous"] !== before.receipt)
    faults.push(fault("chain", `Receipt № ${number} does not follow from the one before.`, before.receipt, facts["previous"]));
  const id = await digestOf(receipt, ledger.proof);
  await keep<Kept>({
    id, viewer, number, receipt, signature, policy: String(facts["policy"]),
    at_ms: nowMs(), faults, notes: [], videos: [], how: "fetched",
  });
  if (faults.length) ledger.noticed(faults, []);
  return { number, receipt: id };
}

/**
 * Add the events after `have`, if all that this browser lacks are slates whose receipts it now keeps: of a
 * load that hung, or from elsewhere. What anyone else wrote is left to be told.
 */
export async function takeServed(ledger: Ledger, have: number): Promise<void> {
  const { events } = await more.events(have);
  const kept = new Set((await ledger.last(RECEIPTS_MAX)).map(({ id }) => id));
  const isServed = (event: string) => {
    const { author, kind, receipt } = parseCanonical(event);
    return author === "server" && kind === "served" && kept.has(String(receipt));
  };
  if (events.every(isServed)) await ledger.taken({ events });
}

/**
 * The server's next slate would be `next`, ours `trail.number + 1`. Ahead of us: fetch what other
 * tabs were served. Behind us: it lost receipts that we hold, which is a fault.
 */
export async function fillGap(ledger: Ledger, trail: Trail, next: number): Promise<void> {
  const missing = next - 1 - trail.number;
  if (missing < 0)
    ledger.noticed([fault("stored", `The server forgot ${-missing} of the receipts you hold.`, trail.number, next - 1)], []);
  const asked = missing > 0 ? Math.min(missing, RECEIPTS_MAX) : 1;
  const { receipts } = await more.receipts(asked);
  let before: Trail | null = trail;
  for (const signed of receipts.toReversed()) before = await takeFetched(ledger, signed, before);
  const last: Trail = receipts.length ? before : { number: next - 1, receipt: NO_DIGEST };
  await ledger.setTrail((now) => (missing < 0 || last.number > now.number ? last : now));
}
