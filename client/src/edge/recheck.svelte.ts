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
  /** Names of findings that an earlier lever left behind: they are counted apart. */
  known = $state.raw<ReadonlySet<string>>(new Set());
  readonly freshDifferences = $derived(this.differences.filter(({ message }) => !this.known.has(message)));
  readonly freshMismatches = $derived(this.mismatches.filter(({ receipt }) => !this.known.has(receipt)));
  /** Found again, and cleared before. */
  readonly earlier = $derived((this.stored?.length ?? 0) - this.differences.length + (this.replayed?.failures.length ?? 0) - this.mismatches.length);

  get isDone(): boolean {
    return this.step === "" && this.stored !== null && this.replayed !== null;
  }

  get isAllRight(): boolean {
    return this.isDone && this.freshDifferences.length + this.freshMismatches.length === 0;
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
    return counted([this.freshDifferences.length, this.differences.length, this.stored.length], ["difference", "differences"], "the same");
  }

  get replayedWords(): string {
    if (!this.replayed) return this.step === "replay" ? "working…" : "";
    const { failures, checked } = this.replayed;
    return counted([this.freshMismatches.length, this.mismatches.length, failures.length], ["mismatch", "mismatches"], `${checked - failures.length} equal`);
  }
}

/** New findings apart from those of earlier levers and those cleared: "2 mismatches, 1 from an earlier lever, 3 cleared before". */
export function counted([fresh, open, all]: readonly [number, number, number], [one, many]: readonly [string, string], none: string): string {
  const parts = [fresh ? plural(fresh, one, many) : none];
  if (open > fresh) parts.push(`${open - fresh} from an earlier lever`);
  if (all > open) parts.push(`${all - open} cleared before`);
  return parts.join(", ");
}
