/** What is said under one video: read in pages, written so that nothing typed is lost. */
import type { Outgoing } from "../events/queue";
import type { Trouble } from "../feed/state";
import { withComments } from "../feed/commented";
import { Refused } from "./api";
import { nowMs, randomHex } from "./clock";
import { desk, inWords } from "./desk.svelte";
import { more } from "./more_api";
import { choices, update } from "./store";
import type { Comment, Comments } from "./types";

interface Draft {
  readonly text: string;
  /** Of the text as it was sent last; a lost answer is asked for again with it. */
  readonly key: string;
  readonly sent: string;
}

const SAID_MS = 8000;
const NO_DRAFT: Draft = { text: "", key: "", sent: "" };

function readDraft(cell: string): Draft {
  try {
    return { ...NO_DRAFT, ...(JSON.parse(choices.get(cell) ?? "{}") as Partial<Draft>) };
  } catch {
    return NO_DRAFT;
  }
}

/**
 * Let the chain check know that this browser asked for the event: it is sent with its text, past the
 * outbox, which keeps it as confirmed and never sends it.
 */
async function note(viewer: string, video: string, key: string): Promise<void> {
  const made: Outgoing = { key, event: { kind: "comment", key, video }, made_ms: nowMs(), state: "confirmed" };
  const fresh = { browser: randomHex(6), counter: 0, queue: [] as readonly Outgoing[] };
  await update(`outbox.${viewer}`, fresh, (box) =>
    box.queue.some((one) => one.key === key) ? box : { ...box, queue: [...box.queue, made] });
}

class Room {
  list = $state.raw<readonly Comment[]>([]);
  facts = $state.raw<Omit<Comments, "comments"> | null>(null);
  isLoading = $state(false);
  trouble = $state.raw<Trouble | null>(null);
  text = $state("");
  isSending = $state(false);
  /** What was done last, or what was in the way; shown below the comments. */
  said = $state("");
  isTrouble = $state(false);
  /** Ids of those reported from here. */
  reported = $state.raw<ReadonlySet<string>>(new Set());
  #fading: ReturnType<typeof setTimeout> | undefined;
  readonly #video: string;
  #cell: string;
  #draft: Draft;

  constructor(video: string) {
    this.#video = video;
    this.#cell = `comment.${video}`;
    this.#draft = readDraft(this.#cell);
    this.text = this.#draft.text;
  }

  /** The newest page, or with `isMore` the next older one. */
  async load(isMore = false): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    this.trouble = null;
    try {
      const { comments, ...facts } = await more.comments(this.#video, isMore ? this.facts?.next ?? null : null);
      const known = new Set(this.list.map((one) => one.id));
      this.list = isMore ? [...this.list, ...comments.filter((one) => !known.has(one.id))] : comments;
      this.facts = facts;
      this.#counted(facts.count);
    } catch (error) {
      this.trouble = inWords(error);
    } finally {
      this.isLoading = false;
    }
  }

  #counted(count: number): void {
    if (this.facts) this.facts = { ...this.facts, count };
    desk.feed = withComments(desk.feed, this.#video, count);
  }

  #keep(draft: Draft): void {
    this.#draft = draft;
    if (draft.text) choices.set(this.#cell, JSON.stringify(draft));
    else choices.drop(this.#cell);
  }

  /** Good news goes by itself, trouble when it is over. */
  #say(words: string, isTrouble = false): void {
    clearTimeout(this.#fading);
    this.said = words;
    this.isTrouble = isTrouble;
    if (words && !isTrouble) this.#fading = setTimeout(() => (this.said = ""), SAID_MS);
  }

  /** What could not be sent for want of a connection is asked about when there is one. */
  #askWhenBack(words: string): void {
    addEventListener("online", () => {
      if (this.said !== words) return;
      this.#say(this.text.trim() ? "You are back. Send it?" : "");
      clearTimeout(this.#fading);
    }, { once: true });
  }

  typed(): void {
    this.#keep({ ...this.#draft, text: this.text });
  }

  /** Send what is typed; on any failure it stays typed, and a second try writes no second comment. */
  async send(): Promise<void> {
    const { session, ledger } = desk;
    if (!session || !ledger || this.isSending || !this.text.trim()) return;
    this.isSending = true;
    this.#say("");
    const { text } = this;
    const key = this.#draft.sent === text && this.#draft.key ? this.#draft.key : `c-${randomHex(8)}`;
    this.#keep({ text, key, sent: text });
    try {
      await note(session.viewer, this.#video, key);
      const { comment, events } = await more.comment(this.#video, text, key);
      await ledger.taken(events);
      this.list = [comment, ...this.list.filter((one) => one.id !== comment.id)];
      if (this.text === text) this.text = "";
      this.#keep({ ...NO_DRAFT, text: this.text });
      this.#counted((this.facts?.count ?? 0) + 1);
      this.#say("Your comment is posted.");
    } catch (error) {
      const { message } = inWords(error);
      if (error instanceof Refused) {
        if (error.code === "key_taken") this.#keep({ ...NO_DRAFT, text });
        this.#say(message, true);
      } else if (navigator.onLine) this.#say(`${message} Your comment is kept here; send it again.`, true);
      else {
        this.#say("You are offline. Your comment is kept here; send it when you are back.", true);
        this.#askWhenBack(this.said);
      }
    } finally {
      this.isSending = false;
    }
  }

  /** Do `act` to a comment, and say so; the words of what went wrong otherwise. */
  async #do(act: () => Promise<unknown>, done: string, change: (list: readonly Comment[]) => readonly Comment[], step = 0): Promise<void> {
    try {
      await act();
      this.list = change(this.list);
      if (step) this.#counted(Math.max(0, (this.facts?.count ?? 0) + step));
      this.#say(done);
    } catch (error) {
      const { message, what_to_do } = inWords(error);
      this.#say(`${message} ${what_to_do}`, true);
    }
  }

  remove(one: Comment): Promise<void> {
    return this.#do(() => more.deleteComment(one.id), "Deleted.", (list) => list.filter(({ id }) => id !== one.id), one.hidden_by ? 0 : -1);
  }

  report(one: Comment, reason: string): Promise<void> {
    return this.#do(() => more.reportComment(one.id, reason), "Reported. Thank you.", (list) => {
      this.reported = new Set([...this.reported, one.id]);
      return list;
    });
  }

  hide(one: Comment, reason: string): Promise<void> {
    const hidden_by = reason ? "operator" : "creator";
    const change = (list: readonly Comment[]) => list.map((each) => (each.id === one.id ? { ...each, hidden_by, reason_code: reason } : each));
    return this.#do(() => more.hideComment(one.id, reason), "Hidden.", change, one.hidden_by ? 0 : -1);
  }

  show(one: Comment): Promise<void> {
    const change = (list: readonly Comment[]) => list.map((each) => (each.id === one.id ? { ...each, hidden_by: "" } : each));
    return this.#do(() => more.showComment(one.id), "Shown again.", change, 1);
  }
}

let last: { video: string; room: Room } | null = null;

/** What is said under the video. Closing the sheet ends nothing: what is being sent goes on. */
export function roomOf(video: string): Room {
  if (last?.video !== video) last = { video, room: new Room(video) };
  return last.room;
}
