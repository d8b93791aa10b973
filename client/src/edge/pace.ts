/** When to recheck: at most one at a time, and not too often. */
import { nowMs } from "./clock";

const AFTER_MS = 3000;
const APART_MS = 5000;
const EVERY_NTH = 10;

/** Whether slate `number` is followed by a recheck: each in the demo, else every tenth. */
export const isDue = (number: number, isDemo: boolean): boolean => isDemo || number % EVERY_NTH === 0;

/** At most one check at a time, and at most one every five seconds; wishes in between are one. */
export class Quiet {
  #work: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRunning = false;
  #isWanted = false;
  #began_ms = -Infinity;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  want(after_ms = AFTER_MS): void {
    if (this.#isRunning) {
      this.#isWanted = true;
      return;
    }
    const wait_ms = Math.max(after_ms, this.#began_ms + APART_MS - nowMs());
    this.#timer ??= setTimeout(() => void this.#run(), wait_ms);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#isRunning = true;
    this.#began_ms = nowMs();
    try {
      await this.#work();
    } catch {
      // Offline or busy: the next slate asks again, and the seal claims nothing it did not check.
    }
    this.#isRunning = false;
    if (!this.#isWanted) return;
    this.#isWanted = false;
    this.want();
  }
}
