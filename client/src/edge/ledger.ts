/** Keeps the viewer's receipts and chain, and asks for slates so that each can be checked. */
import { NO_DIGEST, type Proof } from "../receipts/proof";
import type { CanonicalObject } from "../receipts/canonical";
import { absorb, adopt, beginChain, type Chain } from "../receipts/chain";
import { checkSlate } from "../receipts/check";
import { fault, NO_FAULTS, type Fault, type FaultBook } from "../receipts/faults";
import { api, Refused } from "./api";
import { inLine, nowMs, randomHex, sleep } from "./clock";
import { choices, keep, lastKept, read, update } from "./store";
import type { EventsAnswer, Session, Video } from "./types";

export interface KeptVideo {
  readonly id: string;
  readonly caption: string;
  readonly handle: string;
  readonly poster: string;
}

export interface Kept {
  readonly id: string;
  readonly viewer: string;
  readonly number: number;
  readonly receipt: string;
  readonly signature: string;
  readonly policy: string;
  readonly at_ms: number;
  readonly faults: readonly Fault[];
  readonly notes: readonly string[];
  readonly videos: readonly KeptVideo[];
  /** `served`: came with a slate to this tab. `fetched`: asked for afterwards, to close a gap. */
  readonly how: "served" | "fetched";
  /** Worked out again by the server, and whether the same came out. */
  readonly replayed?: "same" | "differs";
}

export interface ServedSlate {
  readonly kept: Kept;
  readonly videos: readonly Video[];
  readonly is_caught_up: boolean;
}

/** The key that signs receipts, and who this browser was when it saw it first. */
export interface SeenKey {
  readonly public_key: string;
  readonly viewer: string;
  /** Keys that a signed root of trust has replaced. */
  readonly former?: readonly string[];
}

/** The last slate this browser was served. */
export interface Trail {
  readonly number: number;
  readonly receipt: string;
}

interface Open {
  readonly number: number;
  readonly policy: string;
  readonly nonce: string;
  readonly last_event: number;
  readonly context: { readonly language: string; readonly tz_min: number; readonly age: string };
}

type Made = () => Promise<(key: string) => CanonicalObject | undefined>;

const TRIES_MAX = 4;

const small = (video: Video): KeptVideo => ({
  id: video.id,
  caption: video.caption,
  handle: video.creator.handle,
  poster: video.poster,
});

export class Ledger {
  readonly session: Session;
  readonly proof: Proof;
  #made: Made;
  readonly noticed: (faults: readonly Fault[], notes: readonly string[]) => void;

  constructor(
    session: Session,
    proof: Proof,
    made: Made,
    noticed: (faults: readonly Fault[], notes: readonly string[]) => void,
  ) {
    this.session = session;
    this.proof = proof;
    this.#made = made;
    this.noticed = noticed;
  }

  get #viewer(): string {
    return this.session.viewer;
  }

  async #chain(change: (chain: Chain) => Chain | Promise<Chain>): Promise<Chain> {
    const fresh = await beginChain(this.#viewer, this.proof);
    return update(`chain.${this.#viewer}`, fresh, change);
  }

  /** Compare what the server says of us with what we kept. */
  async reconcile(): Promise<void> {
    await this.#checkKey();
    await this.#reconcileReceipts(this.session.next_number);
    await this.#reconcileEvents();
  }

  async #checkKey(): Promise<void> {
    const { edition, public_key } = this.session;
    const known = await update<SeenKey>(`key.${edition}`, { public_key, viewer: this.#viewer }, (value) => value);
    if (known.public_key !== public_key) await (await import("./receipt_keys")).rekeyed(this, known);
  }

  async #reconcileEvents(): Promise<void> {
    const { n, head } = this.session.events;
    const found: Fault[] = [];
    const notes: string[] = [];
    const { n: have } = await this.#chain((value) => value);
    if (n > have) await (await import("./gap")).takeServed(this, have);
    await this.#chain((chain) => {
      const mine = chain.recent[n];
      if (mine === head) return chain;
      if (mine !== undefined)
        found.push(fault("events", "The server’s record of what you did differs from yours.", mine, head));
      else if (n > chain.n)
        notes.push(`${n - chain.n} of your earlier actions are on the server but not in this browser; its record goes on from there. If you cleared this site’s data, that is why. If you did not, somebody else acted in your name: save “My receipts” and ask the operator.`);
      return n > chain.n || mine !== undefined ? adopt(chain, n, head) : chain;
    });
    if (found.length || notes.length) this.noticed(found, notes);
  }

  /** Bring the trail to `next - 1`, fetching and checking what other tabs were served. */
  async #reconcileReceipts(next: number): Promise<void> {
    const trail = await this.trail();
    if (next - 1 === trail.number) return;
    const { fillGap } = await import("./gap");
    await fillGap(this, trail, next);
  }

  /** The server wrote events: add them to our chain. */
  async taken(answer: Pick<EventsAnswer, "events"> & { n?: number; head?: string }): Promise<Fault[]> {
    const made = await this.#made();
    let faults: Fault[] = [];
    const chain = await this.#chain(async (before) => {
      const [after, found] = await absorb(before, answer.events, made, this.proof);
      faults = found;
      return after;
    });
    const { n, head } = answer;
    const mine = n === undefined ? undefined : chain.recent[n];
    if (mine !== undefined && mine !== head)
      faults.push(fault("events", "The server’s chain of your actions differs from yours.", mine, head));
    if (faults.length) this.noticed(faults, []);
    return faults;
  }

  /**
   * Ask for the next slate and check it. One at a time over all tabs.
   *
   * Asking again after a lost answer repeats number and nonce, so the server repeats its bytes.
   */
  async ask(policy: string, flush: () => Promise<void>): Promise<ServedSlate> {
    return inLine("slate", async () => {
      for (let tries = 1; ; tries++) {
        await flush();
        try {
          return await this.#askOnce(policy);
        } catch (error) {
          if (!(error instanceof Refused) || tries >= TRIES_MAX) throw error;
          if (error.code === "number_taken" || error.code === "number_gap")
            await this.#reconcileReceipts(Number(error.rest["next_number"]));
          else if (error.code === "events_not_here") await sleep(300 * tries);
          else throw error;
        }
      }
    });
  }

  async #askOnce(policy: string): Promise<ServedSlate> {
    const { session } = this;
    // Who never chose asks for no rules by name: the first come, or an experiment's arm.
    const asked = policy === session.policies[0]?.name && !choices.get("policy") ? "" : policy;
    const trail = await this.trail();
    const number = trail.number + 1;
    const language = /^[a-z]{2}/.exec(navigator.language.toLowerCase())?.[0] ?? "";
    const context = { language, tz_min: -new Date().getTimezoneOffset(), age: "adult" };
    const { n: last_event } = await this.#chain((value) => value);
    const fresh: Open = { number, policy: asked, nonce: randomHex(16), last_event, context };
    // Asked again it is the same request, whatever has been done since: the answer may be an old one.
    const open = await update<Open>(`open.${this.#viewer}`, fresh, (old) =>
      old.number === number && old.policy === asked && old.context ? old : fresh,
    );
    const size = session.slate_size;
    const answer = await api.slate({ ...open, size });
    const strange = await this.taken({ events: [answer.served] });
    const behind = await this.#chain((value) => value);
    if (Object.keys(behind.waiting).length) {
      const { events } = await (await import("./more_api")).more.events(behind.n);
      strange.push(...(await this.taken({ events })));
    }
    const shown = answer.videos.map((video) => video.id);
    const checked = await checkSlate(
      { receipt: answer.receipt, signature: answer.signature, served: answer.served, shown },
      {
        viewer: session.viewer, edition: session.edition, number, nonce: open.nonce, policy: asked, size, context: open.context,
        last_event: open.last_event, previous: trail.receipt, public_key: session.public_key,
      },
      await this.#chain((value) => value),
      this.proof,
    );
    const kept: Kept = {
      id: checked.id, viewer: this.#viewer, number, receipt: answer.receipt,
      signature: answer.signature, policy, at_ms: nowMs(), faults: [...checked.faults, ...strange],
      notes: checked.notes, videos: answer.videos.map(small), how: "served",
    };
    await keep(kept);
    await this.setTrail(() => ({ number, receipt: checked.id }));
    return { kept, videos: answer.videos, is_caught_up: Boolean(answer.caught_up) };
  }

  trail(): Promise<Trail> {
    return read<Trail>(`trail.${this.#viewer}`, { number: 0, receipt: NO_DIGEST });
  }

  setTrail(change: (now: Trail) => Trail): Promise<Trail> {
    return update<Trail>(`trail.${this.#viewer}`, { number: 0, receipt: NO_DIGEST }, change);
  }

  /** Faults stay until the viewer says they have seen them, over reloads too. */
  faults(change: (book: FaultBook) => FaultBook = (book) => book): Promise<FaultBook> {
    return update<FaultBook>(`faults.${this.#viewer}`, NO_FAULTS, change);
  }

  last(count: number): Promise<Kept[]> {
    return lastKept<Kept>(this.#viewer, count);
  }
}
