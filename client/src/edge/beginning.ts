/**
 * What a feed begins with where it does not just ask: the video of a permalink; the place where this
 * tab was when its page was hidden, so that of what was chosen nothing is lost unseen; or a wait.
 */
import type { Feed, Item } from "../feed/state";
import { health, Refused } from "./api";
import { nowMs, sleep } from "./clock";
import { desk } from "./desk.svelte";
import { firstFrame } from "./first_frame";
import type { Kept } from "./ledger";
import { more } from "./more_api";
import { lastKept } from "./store";

const NAME = "plainview.place";
/** What was chosen longer ago is not what would be chosen now. */
const KEPT_MS = 30 * 60_000;
const READY_MS = 1000;

export interface Place {
  readonly viewer: string;
  readonly policy: string;
  readonly at_ms: number;
  readonly items: readonly Item[];
}

export function placeOf(viewer: string, { policy, items, at }: Feed, at_ms: number): Place {
  // What was opened by its link has the link for its place.
  return { viewer, policy, at_ms, items: items.slice(at).filter((item) => item.receipt) };
}

/** The items from a place on; none of another viewer's, of another feed's or of one long left. */
export function itemsFrom(place: Place | null, viewer: string, policy: string, now_ms: number): readonly Item[] {
  const isMine = place?.viewer === viewer && place.policy === policy;
  return isMine && now_ms - place.at_ms < KEPT_MS ? place.items : [];
}

export function keepPlace(): void {
  const { session, feed } = desk;
  if (!session) return;
  try {
    sessionStorage.setItem(NAME, JSON.stringify(placeOf(session.viewer, feed, nowMs())));
  } catch {
    // Storage is refused or full: a reload begins anew.
  }
}

function placeKept(): Place | null {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? "null") as Place | null;
  } catch {
    return null;
  }
}

export async function itemsAt(video: string | null, viewer: string, policy: string): Promise<readonly Item[]> {
  if (video) return linked(video);
  const items = itemsFrom(placeKept(), viewer, policy, nowMs());
  const [first] = items;
  if (!first) return items;
  const [last = null] = await lastKept<Kept>(viewer, 1).catch(() => []);
  desk.reseal({ last });
  void firstFrame.then(() => import("./quiet")).then((quiet) => quiet.arrived(first.number), Boolean);
  return items;
}

/** Nothing can be shown yet: say how far it is, until something can. */
export async function untilReady(): Promise<void> {
  for (;;) {
    const facts = await health();
    if (desk.feed.phase !== "making") return;
    if (facts?.ready) return desk.send({ kind: "ready" });
    if (facts) desk.send({ ...facts, kind: "made" });
    await sleep(READY_MS);
  }
}

async function linked(id: string): Promise<readonly Item[]> {
  try {
    return [{ key: "first", number: 0, receipt: "", position: 0, policy: "", video: await more.video(id) }];
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    desk.send({ kind: "said", text: error.status === 410 ? "That video was removed" : "There is no such video" });
    return [];
  }
}
