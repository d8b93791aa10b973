/** Holds the feed's state and performs its effects. One per page. */
import { CLOSED, type Effect, type Feed, type FeedEvent, type Step, type Trouble } from "../feed/state";
import type { Draft } from "../events/queue";
import { reduceFeed } from "../feed/reduce";
import { noteFaults, sealState, type Fault, type FaultBook } from "../receipts/faults";
import { api, health, Refused, Unreachable } from "./api";
import { sleep } from "./clock";
import { firstFrame } from "./first_frame";
import { Ledger, type Kept } from "./ledger";
import { Outbox } from "./outbox";
import { proof } from "./proof";
import { choices } from "./store";
import type { Session } from "./types";

export interface Seal {
  readonly state: "idle" | "checking" | "good" | "note" | "bad";
  /** Receipts checked since the page was opened. */
  readonly checked: number;
  readonly last: Kept | null;
  readonly faults: readonly Fault[];
  readonly notes: readonly string[];
  /** Kept receipts that failed, those whose faults the viewer cleared included. */
  readonly failed: number;
}

const PROBE_MS = 2500;

export function inWords(error: unknown): Trouble {
  if (error instanceof Refused)
    return { title: "The server said no", message: error.message, what_to_do: error.what_to_do };
  if (error instanceof Unreachable)
    return {
      title: "No answer",
      message: "The server cannot be reached.",
      what_to_do: "Nothing you did is lost: it is sent as soon as there is an answer.",
    };
  return {
    title: "Something broke in this page",
    message: error instanceof Error ? error.message : String(error),
    what_to_do: "Reload the page.",
  };
}

/** Whether this load goes on from an earlier one of this tab: a reload, or the way back. */
export const isComeBack = () => (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined)?.type !== "navigate";

/** The choice under which a later visit finds what was sent and not seen (`beginning.ts`). */
export const UNSEEN = "unseen";

export class Desk {
  feed = $state.raw<Feed>(CLOSED);
  session = $state.raw<Session | null>(null);
  seal = $state.raw<Seal>({ state: "idle", checked: 0, last: null, faults: [], notes: [], failed: 0 });
  /** What the viewer did that the server has not confirmed yet. */
  unsent = $state(0);
  ledger: Ledger | null = null;
  /** The screen puts itself here to be scrolled. */
  scrollTo: (at: number) => void = () => undefined;
  #outbox: Outbox | null = null;
  #entered: Promise<Session> | null = null;
  #first: string | null = null;
  #isProbing = false;
  #isAsking = false;

  get item() {
    return this.feed.items[this.feed.at] ?? null;
  }

  send = (event: FeedEvent): void => this.take(reduceFeed(this.feed, event));

  take = ([next, effects]: Step): void => {
    this.feed = next;
    for (const effect of effects) this.#perform(effect);
  };

  /** Make sure there is a session, and hold what the server says of us against what we kept. */
  enter(): Promise<Session> {
    this.#entered ??= this.#enter().catch((error: unknown) => {
      this.#entered = null;
      throw error;
    });
    return this.#entered;
  }

  async #enter(): Promise<Session> {
    const [proving, asked] = await Promise.all([proof(), api.session()]);
    let session = asked;
    const outbox: Outbox = new Outbox(
      session.viewer,
      async (answer) => void (await this.ledger?.taken(answer)),
      (count) => (this.unsent = count),
    );
    const made = () => outbox.made();
    this.ledger = new Ledger(session, proving, made, this.#noticed);
    await this.#keepFaults([]);
    if (await outbox.flush().catch(() => false)) session = await api.session();
    this.ledger = new Ledger(session, proving, made, this.#noticed);
    await this.ledger.reconcile();
    this.#outbox = outbox;
    return (this.session = session);
  }

  /** `first`: the video of a permalink, shown before anything the feed chooses. */
  async open(first: string | null): Promise<void> {
    this.#first = first;
    const beginning = first || isComeBack() || choices.get(UNSEEN) ? import("./beginning") : undefined;
    beginning?.catch(Boolean);
    try {
      const session = await this.enter();
      const policy = this.#policy(session);
      const column = (await (await beginning)?.columnAt(first, session.viewer, policy)) ?? { policy, items: [], at: 0 };
      this.send({ kind: "opened", policies: session.policies, column });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Ask again who we are: after making a creator, or becoming the operator. */
  async renew(): Promise<void> {
    this.session = await api.session();
  }

  record = (event: Draft, isUrgent = false): void =>
    this.#outbox?.record(event, isUrgent);

  /** Send what the viewer did, so that what is asked next knows it. */
  flush = async (): Promise<void> => void (await this.#outbox?.flush());

  /** The page is being hidden or left: send what there is while the browser lets us. */
  leaving(): void {
    void this.#outbox?.flush(true).catch(() => undefined);
  }

  /** Resolves once the seal shows those that are news. */
  async setFaults(faults: readonly Fault[]): Promise<void> {
    if (faults.length) await this.#keepFaults(faults);
  }

  reseal(change: Partial<Seal>): void {
    const seal = { ...this.seal, ...change };
    this.seal = { ...seal, state: sealState(seal, this.#isAsking) };
  }

  /** The viewer has read the faults; they stay in the kept receipts. */
  acknowledge(): void {
    void import("./cleared").then(({ clear }) => clear(), Boolean);
  }

  /** The book of faults is what the seal shows, now and after a reload. */
  async #keepFaults(found: readonly Fault[]): Promise<void> {
    const note = (book: FaultBook) => noteFaults(book, found);
    const here = () => note({ open: this.seal.faults, seen: [] });
    const book = await (this.ledger?.faults(note).catch(here) ?? here());
    const { open, failed } = book;
    this.reseal({ failed: failed ?? this.seal.failed, ...(open.length ? { faults: open } : {}) });
  }

  #policy(session: Session): string {
    const wished = choices.get("policy");
    const known = session.policies.find((card) => card.name === wished) ?? session.policies[0];
    return known?.name ?? "for-you";
  }

  #noticed = (faults: readonly Fault[], notes: readonly string[]): void => {
    if (faults.length) void this.#keepFaults(faults);
    if (notes.length) this.reseal({ notes: [...this.seal.notes, ...notes] });
  };

  #failed(error: unknown): void {
    if (error instanceof Refused && error.code === "not_ready")
      return this.send({ kind: "not_ready" });
    if (error instanceof Unreachable) void this.#probe();
    this.send({ kind: "failed", trouble: inWords(error) });
  }

  /** Look for the server until it answers. */
  async #probe(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    this.send({ kind: "network", is_online: false });
    while ((await health()) === null) await sleep(PROBE_MS);
    this.#isProbing = false;
    this.send({ kind: "network", is_online: true });
    if (this.ledger) void this.#outbox?.flush().catch(() => undefined);
    else await this.open(this.#first);
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case "ask":
        void this.#ask(effect.policy);
        break;
      case "wait_ready":
        void import("./beginning").then(({ untilReady }) => untilReady(), Boolean);
        break;
      case "record":
        this.record(effect.event, effect.is_urgent);
        break;
      case "scroll":
        this.scrollTo(effect.at);
        break;
      case "remember_policy":
        choices.set("policy", effect.policy);
        break;
    }
  }

  async #ask(policy: string): Promise<void> {
    const { ledger } = this;
    if (!ledger) return this.open(this.#first);
    this.#isAsking = true;
    this.reseal({});
    try {
      const slate = await ledger.ask(policy, this.flush);
      this.#sealed(slate.kept);
      const { faults, id, number } = slate.kept;
      // A first slate that fails has no video to wait for.
      void (faults.length ? Promise.resolve() : firstFrame).then(() => import("./quiet")).then((quiet) => quiet.arrived(number), Boolean);
      if (faults.length) this.send({ kind: "refused", faults });
      else
        this.send({
          kind: "arrived", policy, number, receipt: id, videos: slate.videos, is_caught_up: slate.is_caught_up,
        });
    } catch (error) {
      this.#isAsking = false;
      this.reseal({});
      this.#failed(error);
    }
  }

  #sealed(kept: Kept): void {
    const { checked, faults, notes } = this.seal;
    this.#isAsking = false;
    this.reseal({ checked: checked + 1, last: kept, faults: [...faults, ...kept.faults], notes: [...notes, ...kept.notes] });
    void this.setFaults(kept.faults);
  }
}

export const desk = new Desk();
