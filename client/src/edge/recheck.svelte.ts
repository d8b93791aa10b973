/** "Recompute now": our copies against the server's, then each slate worked out again. */
import { plural } from "../ui/words";
import { faultName, type Fault } from "../receipts/faults";
import { replayFault } from "../receipts/replayed";
import { countFailed } from "./cleared";
import { desk, inWords } from "./desk.svelte";
import { compareWithServer, recompute } from "./recount";
import type { CheckAnswer, CheckFailure } from "./types";

export const CHECK_LAST = 50;

export class Recheck {
  step = $state<"" | "compare" | "replay">("");
  compared = $state.raw<readonly [number, number]>([0, 0]);
  stored = $state.raw<readonly Fault[] | null>(null);
  replayed = $state.raw<CheckAnswer | null>(null);
  trouble = $state<string | null>(null);

  /** Slates that were served against the rules, whatever has been cleared since. */
  provable = $state(0);

  /** What the viewer has cleared the seal of is no longer open. */
  readonly #open = $derived(new Set(desk.seal.faults.map(faultName)));
  readonly differences = $derived((this.stored ?? []).filter((found) => this.#open.has(faultName(found))));
  readonly mismatches = $derived.by<readonly CheckFailure[]>(() =>
    (this.replayed?.failures ?? []).filter(({ number, message }) => this.#open.has(faultName(replayFault(number, message)))),
  );
  /** Found again, and cleared before. */
  readonly earlier = $derived((this.stored?.length ?? 0) - this.differences.length + (this.replayed?.failures.length ?? 0) - this.mismatches.length);

  get isDone(): boolean {
    return this.step === "" && this.stored !== null && this.replayed !== null;
  }

  get isAllRight(): boolean {
    return this.isDone && this.differences.length + this.mismatches.length === 0;
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
      const stored = await compareWithServer(desk.ledger, CHECK_LAST, (done, of) => (this.compared = [done, of]));
      await desk.setFaults(stored);
      this.stored = stored;
      this.step = "replay";
      const [replayed, faults] = await recompute(desk.ledger, CHECK_LAST);
      await desk.setFaults(faults);
      this.provable = await countFailed();
      this.replayed = replayed;
    } catch (error) {
      const { message, what_to_do } = inWords(error);
      this.trouble = `${message} ${what_to_do}`;
    } finally {
      this.step = "";
    }
  }

  get comparedWords(): string {
    if (this.stored === null) return `${this.compared[0]}/${this.compared[1] || "…"}`;
    return counted(this.differences.length, this.stored.length, ["difference", "differences"], "the same");
  }

  get replayedWords(): string {
    if (!this.replayed) return this.step === "replay" ? "working…" : "";
    const { failures, checked } = this.replayed;
    return counted(this.mismatches.length, failures.length, ["mismatch", "mismatches"], `${checked - failures.length} equal`);
  }
}

/** New findings apart from those that were cleared: "2 mismatches, 3 cleared before". */
export function counted(fresh: number, all: number, [one, many]: readonly [string, string], none: string): string {
  const now = fresh ? plural(fresh, one, many) : none;
  return all > fresh ? `${now}, ${all - fresh} cleared before` : now;
}
