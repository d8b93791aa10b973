/** "Recompute now": our copies against the server's, then each slate worked out again. */
import { plural } from "../ui/words";
import { parseCanonical } from "../receipts/canonical";
import { compareStored } from "../receipts/compare";
import type { Fault } from "../receipts/faults";
import { api } from "./api";
import { desk, inWords } from "./desk.svelte";
import type { Ledger } from "./ledger";
import type { CheckAnswer, SignedReceipt } from "./types";

export const CHECK_LAST = 50;

/** Hold the last receipts we were served against the server's copies of them. */
async function compareWithServer(
  ledger: Ledger,
  count: number,
  step: (done: number, of: number) => void,
): Promise<Fault[]> {
  const kept = (await ledger.last(count)).filter((item) => item.how === "served");
  const { receipts } = await api.receipts(count);
  const byNumber = new Map<number, SignedReceipt>();
  for (const stored of receipts) {
    try {
      byNumber.set(Number(parseCanonical(stored.receipt)["number"]), stored);
    } catch {
      // Unreadable: its number stays missing, which is reported below.
    }
  }
  const faults: Fault[] = [];
  for (const [index, item] of kept.entries()) {
    const wrong = await compareStored(item, byNumber.get(item.number), ledger.session.public_key, ledger.proof);
    if (wrong) faults.push(wrong);
    step(index + 1, kept.length);
  }
  return faults;
}

export class Recheck {
  step = $state<"" | "compare" | "replay">("");
  compared = $state.raw<readonly [number, number]>([0, 0]);
  stored = $state.raw<readonly Fault[] | null>(null);
  replayed = $state.raw<CheckAnswer | null>(null);
  trouble = $state<string | null>(null);

  get isDone(): boolean {
    return this.step === "" && this.stored !== null && this.replayed !== null;
  }

  get isAllRight(): boolean {
    return this.isDone && this.stored?.length === 0 && this.replayed?.failures.length === 0;
  }

  async run(): Promise<void> {
    if (this.step) return;
    this.trouble = null;
    this.stored = this.replayed = null;
    this.compared = [0, 0];
    try {
      await desk.enter();
      if (!desk.ledger) return;
      this.step = "compare";
      this.stored = await compareWithServer(desk.ledger, CHECK_LAST, (done, of) => (this.compared = [done, of]));
      desk.setFaults(this.stored);
      this.step = "replay";
      this.replayed = await api.check(CHECK_LAST);
      desk.setFaults(
        this.replayed.failures.map((failure) => ({
          stage: "replay",
          message: `Slate № ${failure.number}: ${failure.message}`,
          what_to_do: "Download your receipts as evidence: they carry the operator’s own signature.",
        })),
      );
    } catch (error) {
      const { message, what_to_do } = inWords(error);
      this.trouble = `${message} ${what_to_do}`;
    } finally {
      this.step = "";
    }
  }

  get comparedWords(): string {
    if (this.stored === null) return `${this.compared[0]}/${this.compared[1] || "…"}`;
    return this.stored.length ? plural(this.stored.length, "difference") : "the same";
  }

  get replayedWords(): string {
    if (!this.replayed) return this.step === "replay" ? "working…" : "";
    const { failures, checked } = this.replayed;
    return failures.length ? plural(failures.length, "mismatch", "mismatches") : `${checked} equal`;
  }
}
