/** What stays of faults once the viewer has cleared them: the receipts that failed, and what they prove. */
import { NO_FAULTS } from "../receipts/faults";
import { seeFaults } from "../receipts/seen";
import { desk } from "./desk.svelte";
import type { Kept } from "./ledger";
import { log } from "./log.svelte";

/** As many as the list of receipts is counted over. */
export const KEPT_MAX = 2000;

/** Stages that show what the server holds now, or did to this viewer alone: put right, nobody else can see it. */
const PASSING = new Set(["stored", "replay", "chain", "events"]);

/** Whether its signature still contradicts the log or the rules, whoever looks. */
export const isProvable = ({ faults, replayed }: Pick<Kept, "faults" | "replayed">): boolean =>
  replayed === "differs" || faults.some(({ stage }) => !PASSING.has(stage));

/** Count the kept receipts that failed; it is said beside the seal. Says how many stay provable. */
export async function countFailed(): Promise<number> {
  const { ledger } = desk;
  if (!ledger) return 0;
  const failures = (await ledger.last(KEPT_MAX)).filter(({ faults }) => faults.length > 0);
  const failed = failures.length;
  await ledger.faults((book) => ({ ...book, failed }));
  desk.reseal({ failed });
  return failures.filter(isProvable).length;
}

/** The viewer has read the faults: the seal is green again, with how many failed. */
export async function clear(): Promise<void> {
  await desk.ledger?.faults(seeFaults);
  // Before the red goes, how many failed must be known.
  await countFailed();
  const { open } = (await desk.ledger?.faults()) ?? NO_FAULTS;
  desk.reseal({ faults: open, notes: [] });
  await log.book?.goOn();
}
