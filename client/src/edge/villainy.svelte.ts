/** What the villain's page does: pulls a lever, swipes on, has everything checked, says who noticed. */
import { isOf, type Finding } from "../ui/levers";
import { Refused } from "./api";
import { sleep } from "./clock";
import { desk, inWords } from "./desk.svelte";
import { log } from "./log.svelte";
import { more } from "./more_api";
import { Recheck } from "./recheck.svelte";
import type { Lever, LeverEvidence, OutsiderSays } from "./types";

const SLATE_WAIT_MS = 8000;
const HANDED_OVER = 30;
const ASK_AGAIN_MS = 3000;
const ASKS_MAX = 4;

export class Villainy {
  levers = $state.raw<readonly Lever[]>([]);
  evidence = $state.raw<Readonly<Record<string, LeverEvidence>>>({});
  says = $state.raw<OutsiderSays | null>(null);
  isHere = $state(true);
  trouble = $state<string | null>(null);
  /** What is being done, "" while nothing is. */
  doing = $state("");
  isAsking = $state(false);
  /** Levers that were pulled and put back since the page was opened. */
  hasPutBack = $state(false);
  readonly check = new Recheck();
  /** What had been found before each lever was pulled. */
  #before = $state.raw<Readonly<Record<string, ReadonlySet<string>>>>({});

  readonly pulled = $derived(this.levers.filter((lever) => lever.is_pulled));
  readonly found = $derived.by<readonly Finding[]>(() => [
    ...desk.seal.faults.filter(({ stage }) => stage !== "replay").map((fault) => ({ name: fault.message, message: fault.message, stage: fault.stage })),
    ...this.check.mismatches.map(({ receipt, number, stage, message }) => ({
      name: receipt, message: `Slate № ${number}: ${message}`, stage: `replay/${stage}` as const,
    })),
    ...(this.says?.verdict === "misbehaviour" ? this.says.findings : []).map((message) => ({ name: message, message, stage: "outsider" as const })),
  ]);
  readonly caught = $derived(
    this.pulled
      .map((lever) => ({ lever, by: this.found.filter((one) => !this.#before[lever.name]?.has(one.name) && isOf(lever.name, one, this.pulled)) }))
      .filter(({ by }) => by.length > 0),
  );
  readonly news = $derived(this.found.filter((one) => this.caught.some(({ by }) => by.includes(one))));

  async load(): Promise<void> {
    try {
      await desk.enter();
      this.levers = (await more.villain()).levers;
      for (const { name } of this.pulled) await this.#show(name);
    } catch (error) {
      if (error instanceof Refused && error.status < 500) this.isHere = false;
      else this.trouble = inWords(error).message;
    }
  }

  async pull(lever: Lever): Promise<void> {
    this.trouble = null;
    this.says = null;
    this.#before = { ...this.#before, [lever.name]: new Set(this.found.map(({ name }) => name)) };
    try {
      this.doing = lever.is_pulled ? "Putting it back…" : "Pulling…";
      // What is remembered of the log is what a false history is held against.
      await log.book?.look();
      await more.pull(lever.name, !lever.is_pulled);
      this.levers = (await more.villain()).levers;
      this.hasPutBack ||= lever.is_pulled;
      this.check.known = this.#leftBefore();
      await this.#swipe();
      if (!lever.is_pulled) await this.#await(lever.name);
      await this.#lookAround();
    } catch (error) {
      const { message, what_to_do } = inWords(error);
      this.trouble = `${message} ${what_to_do}`;
    } finally {
      this.doing = "";
    }
  }

  /** What had been found before any of the levers that are pulled now. */
  #leftBefore(): ReadonlySet<string> {
    const [first, ...rest] = this.pulled.map(({ name }) => this.#before[name] ?? new Set<string>());
    return new Set([...(first ?? [])].filter((name) => rest.every((before) => before.has(name))));
  }

  /** Some levers show after a while: wait, and swipe on when it is time. */
  async #await(name: string): Promise<void> {
    const lever = () => this.levers.find((one) => one.name === name);
    let waited = false;
    for (let now = lever(); now?.is_pulled && now.wait_ms !== 0; now = lever()) {
      waited = true;
      this.doing = now.wait_ms < 0 ? "Waiting for a newer catalogue…" : `In ${Math.ceil(now.wait_ms / 1000)} s…`;
      await log.book?.look();
      await sleep(1000);
      this.levers = (await more.villain()).levers;
    }
    if (waited) await this.#swipe();
  }

  /** Have a slate served, as if the viewer had swiped on. */
  async #swipe(): Promise<void> {
    this.doing = "Swiping on…";
    const last = desk.seal.last?.number ?? 0;
    if (desk.feed.phase === "opening") await desk.open(null);
    else desk.send({ kind: "refetch" });
    for (let waited = 0; waited < SLATE_WAIT_MS && (desk.seal.last?.number ?? 0) <= last; waited += 100) await sleep(100);
  }

  async #lookAround(): Promise<void> {
    this.doing = "Checking…";
    await log.book?.look();
    await this.check.run();
    for (const { name } of this.pulled) await this.#show(name);
  }

  async recheck(): Promise<void> {
    this.doing = "Checking…";
    try {
      await this.#lookAround();
    } finally {
      this.doing = "";
    }
  }

  async #show(name: string): Promise<void> {
    const shown = await more.evidence(name).catch(() => null);
    if (shown) this.evidence = { ...this.evidence, [name]: shown };
  }

  /** Hand over what this browser kept, and let a stranger run the check. */
  async askOutsider(): Promise<void> {
    this.isAsking = true;
    this.trouble = null;
    try {
      const kept = ((await desk.ledger?.last(HANDED_OVER)) ?? []).toReversed();
      const note = (await log.book?.memory())?.seen?.note;
      const held = { receipts: kept.map(({ receipt, signature }) => ({ receipt, signature })), checkpoints: note ? [note] : [] };
      let says = await more.outsider(held);
      // The true log is a moment behind a false one: it will have as many entries shortly.
      for (let asks = 1; asks < ASKS_MAX && says.output.includes("[shorter]"); asks++) {
        await sleep(ASK_AGAIN_MS);
        says = await more.outsider(held);
      }
      this.says = says;
    } catch (error) {
      const { message, what_to_do } = inWords(error);
      this.trouble = `${message} ${what_to_do}`;
    } finally {
      this.isAsking = false;
    }
  }
}
