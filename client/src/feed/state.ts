/** The feed as one value. */
import type { Fault } from "../receipts/faults";
import type { Draft } from "../events/queue";
import type { PolicyCard, Video } from "../edge/types";

export interface Item {
  /** Unique in the column: "<request number>.<position>". */
  readonly key: string;
  readonly number: number;
  /** Receipt id; empty for the one video opened by its permalink, which no feed chose. */
  readonly receipt: string;
  readonly position: number;
  readonly policy: string;
  readonly video: Video;
}

export interface Trouble {
  readonly title: string;
  readonly message: string;
  readonly what_to_do: string;
}

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly undo: SentAway | null;
}

export type Phase =
  | "opening"
  | "loading"
  | "playing"
  | "making" // nothing to show yet: the first clips are being made
  | "refused" // a slate failed its check
  | "failed";

/** What the rules of one feed chose, and where in it the viewer is. */
export interface Column {
  readonly policy: string;
  readonly items: readonly Item[];
  readonly at: number;
  readonly is_asking: boolean;
  /** The last slate said that nothing unseen is left. */
  readonly is_caught_up: boolean;
}

/** The column on the screen, and what is around it. */
export interface Feed extends Column {
  readonly phase: Phase;
  readonly policies: readonly PolicyCard[];
  /** The columns of the other feeds that were looked at: one each, as they were left (`columns.ts`). */
  readonly kept: readonly Column[];
  readonly is_online: boolean;
  /** The policy has nothing at all to show (Following without follows). */
  readonly is_bare: boolean;
  readonly playable: number;
  readonly wanted: number;
  /** Nothing is served because the public log does not move. */
  readonly is_log_stalled: boolean;
  readonly trouble: Trouble | null;
  readonly faults: readonly Fault[];
  readonly toast: Toast | null;
  readonly toasts: number;
}

export const CLOSED: Feed = {
  phase: "opening",
  policies: [],
  policy: "for-you",
  items: [],
  at: 0,
  is_asking: false,
  is_caught_up: false,
  kept: [],
  is_online: true,
  is_bare: false,
  playable: 0,
  wanted: 0,
  is_log_stalled: false,
  trouble: null,
  faults: [],
  toast: null,
  toasts: 0,
};

export type Mark = "like" | "save" | "follow";
export type Away = "not_interested" | "mute" | "block" | "report";

/** What was sent away, and what left the columns with it. */
export interface SentAway {
  readonly away: Away;
  readonly item: Item;
  readonly removed: readonly Item[];
}

export type FeedEvent =
  | { kind: "opened"; policies: readonly PolicyCard[]; column: Pick<Column, "policy" | "items" | "at"> }
  | { kind: "arrived"; policy: string; number: number; receipt: string; videos: readonly Video[]; is_caught_up: boolean }
  | { kind: "not_ready" }
  | { kind: "made"; playable: number; wanted: number; is_log_stalled: boolean }
  | { kind: "ready" }
  | { kind: "failed"; trouble: Trouble }
  | { kind: "refused"; faults: readonly Fault[] }
  | { kind: "retry" }
  | { kind: "refetch"; keeps_new?: true } // throw away what was fetched ahead, or of that what was seen before
  | { kind: "moved"; at: number }
  | { kind: "gone"; video: string }
  | { kind: "marked"; mark: Mark; item: Item; is_on: boolean }
  | { kind: "shared"; item: Item }
  | { kind: "network"; is_online: boolean }
  | { kind: "said"; text: string }
  | { kind: "toast_over"; id: number };

export type Effect =
  | { do: "ask"; policy: string }
  | { do: "wait_ready" }
  | { do: "record"; event: Draft; is_urgent: boolean }
  | { do: "scroll"; at: number }
  | { do: "remember_policy"; policy: string };

export type Step = [Feed, Effect[]];
