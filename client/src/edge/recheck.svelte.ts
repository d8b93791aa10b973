/** "Recompute now": our copies against the server's, then each slate worked out again. */
import { plural } from "../ui/words";
import type { Fault } from "../receipts/faults";
import { desk, inWords } from "./desk.svelte";
import { compareWithServer, recompute } from "./recount";
import type { CheckAnswer } from "./types";

export const CHECK_LAST = 50;

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
      const [replayed, faults] = await recompute(desk.ledger, CHECK_LAST);
      this.replayed = replayed;
      desk.setFaults(faults);
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
