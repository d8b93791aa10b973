/**
 * What happens to the feed, as `(state, event) => [state, effects]`. No effect happens here. What
 * only a sheet or another feed's tab needs is in `away.ts` and `columns.ts`, loaded with them.
 */
import type { Draft } from "../events/queue";
import type { Video } from "../edge/types";
import type { Column, Effect, Feed, FeedEvent, Item, Mark, SentAway, Step } from "./state";

/** The next slate is fetched when this many videos or fewer are left to see. */
export const LEFT_TO_ASK = 4;

const same = (feed: Feed): Step => [feed, []];

/** The feed with `change` made to each of its columns: to that on the screen and to those kept. */
export const inColumns = (feed: Feed, change: (column: Column) => Partial<Column>): Feed => ({
  ...feed,
  ...change(feed),
  kept: feed.kept.map((column) => ({ ...column, ...change(column) })),
});

/** Nothing that was asked for is waited for any more. */
const idle = (feed: Feed): Feed => inColumns(feed, () => ({ is_asking: false }));

function asking(feed: Feed, effects: Effect[] = []): Step {
  if (feed.is_asking || !feed.is_online) return [feed, effects];
  return [{ ...feed, is_asking: true }, [...effects, { do: "ask", policy: feed.policy }]];
}

/** Ask ahead when few are left, unless something has stopped the feed. */
export function topUp(feed: Feed, effects: Effect[] = []): Step {
  const left = feed.items.length - 1 - feed.at;
  const isStopped = feed.phase === "refused" || feed.phase === "making" || feed.trouble !== null;
  if (left > LEFT_TO_ASK || isStopped || feed.is_bare) return [feed, effects];
  return asking(feed, effects);
}

export function say(feed: Feed, text: string, undo: SentAway | null = null): Feed {
  const id = feed.toasts + 1;
  return { ...feed, toasts: id, toast: { id, text, undo } };
}

export const record = (event: Draft, is_urgent = true): Effect => ({ do: "record", event, is_urgent });

function opened(feed: Feed, { policies, column }: Extract<FeedEvent, { kind: "opened" }>): Step {
  const phase = column.items.length ? "playing" : "loading";
  return topUp({ ...feed, ...column, phase, policies, is_asking: false, is_bare: false, trouble: null });
}

type Arrived = Extract<FeedEvent, { kind: "arrived" }>;

/** `column` and after it what came; not again what was opened by its link. */
function grown({ items }: Column, { number, receipt, policy, videos, is_caught_up }: Arrived): Partial<Column> {
  const added = videos
    .map((video, position): Item => ({ key: `${number}.${position}`, number, receipt, position, policy, video }))
    .filter(({ video }) => !video.is_removed && !items.some((item) => !item.receipt && item.video.id === video.id));
  return { items: [...items, ...added], is_asking: false, is_caught_up };
}

/** A slate counts as sent, so one that comes after its feed was left waits in that feed's column. */
function arrived(feed: Feed, event: Arrived): Step {
  const { policy, videos } = event;
  const next = inColumns(feed, (column) => (column.policy === policy ? grown(column, event) : {}));
  if (policy !== feed.policy) return same(next);
  const phase = next.items.length ? "playing" : "loading";
  return topUp({ ...next, phase, is_bare: videos.length === 0, trouble: null, faults: [] });
}

const FLAG = { like: "is_liked", save: "is_saved", follow: "is_followed" } as const;
const VERB: Record<Mark, [string, string]> = {
  like: ["like", "unlike"],
  save: ["save", "unsave"],
  follow: ["follow", "unfollow"],
};

function withMark(video: Video, mark: Mark, is_on: boolean): Video {
  if (video[FLAG[mark]] === is_on) return video;
  const step = is_on ? 1 : -1;
  const counts = { ...video.counts };
  if (mark === "like") counts.liked = Math.max(0, counts.liked + step);
  if (mark === "save") counts.saved = Math.max(0, counts.saved + step);
  return { ...video, [FLAG[mark]]: is_on, counts };
}

function marked(feed: Feed, mark: Mark, about: Item, is_on: boolean): Step {
  const concerns = (video: Video) =>
    mark === "follow" ? video.creator.id === about.video.creator.id : video.id === about.video.id;
  const next = inColumns(feed, ({ items }) => ({
    items: items.map((item) => (concerns(item.video) ? { ...item, video: withMark(item.video, mark, is_on) } : item)),
  }));
  const kind = VERB[mark][is_on ? 0 : 1];
  const event: Draft =
    mark === "follow"
      ? { kind, creator: about.video.creator.id, ...(is_on ? { video: about.video.id } : {}) }
      : { kind, video: about.video.id };
  return [next, [record(event)]];
}

/** Take videos out of all columns; those before a column's place stay, so nothing jumps. */
export function without(feed: Feed, isOut: (item: Item) => boolean): Feed {
  const rest = inColumns(feed, (column) => {
    const items = column.items.filter((item, index) => index < column.at || !isOut(item));
    return { items, at: Math.max(0, Math.min(column.at, items.length - 1)) };
  });
  return feed.items.length && !rest.items.length ? { ...rest, phase: "loading" } : rest;
}

function gone(feed: Feed, video: string): Step {
  const rest = without(feed, (item) => item.video.id === video);
  if (rest.items.length === feed.items.length) return same(rest);
  return topUp(say(rest, "That video was removed"), [{ do: "scroll", at: rest.at }]);
}

function failed(feed: Feed, event: Extract<FeedEvent, { kind: "failed" }>): Step {
  const phase = feed.items.length ? feed.phase : "failed";
  return [{ ...idle(feed), phase, trouble: event.trouble }, []];
}

function network(feed: Feed, is_online: boolean): Step {
  if (is_online === feed.is_online) return same(feed);
  const next: Feed = { ...idle(feed), is_online };
  if (!is_online || next.phase === "opening") return same(next);
  return topUp({ ...next, trouble: null });
}

function retry(feed: Feed): Step {
  const phase = feed.items.length ? "playing" : "loading";
  return asking({ ...feed, phase, is_online: true, trouble: null, faults: [], is_bare: false, is_asking: false });
}

export function reduceFeed(feed: Feed, event: FeedEvent): Step {
  switch (event.kind) {
    case "opened":
      return opened(feed, event);
    case "arrived":
      return arrived(feed, event);
    case "not_ready":
      return [{ ...idle(feed), phase: "making" }, [{ do: "wait_ready" }]];
    case "made":
      return [{ ...feed, playable: event.playable, wanted: event.wanted, is_log_stalled: event.is_log_stalled }, []];
    case "ready":
      return feed.phase === "making" ? retry(feed) : same(feed);
    case "failed":
      return failed(feed, event);
    case "refused":
      return [{ ...idle(feed), phase: "refused", faults: event.faults }, []];
    case "retry":
      return retry(feed);
    case "refetch":
      return retry(inColumns(feed, ({ items, at }) => ({
        items: items.filter((item, index) => index <= at || (event.keeps_new && !item.video.is_repeat)),
      })));
    case "moved":
      if (event.at === feed.at || !feed.items[event.at]) return same(feed);
      return topUp({ ...feed, at: event.at });
    case "gone":
      return gone(feed, event.video);
    case "marked":
      return marked(feed, event.mark, event.item, event.is_on);
    case "shared":
      return [feed, [record({ kind: "share", video: event.item.video.id })]];
    case "network":
      return network(feed, event.is_online);
    case "said":
      return [say(feed, event.text), []];
    case "toast_over":
      return feed.toast?.id === event.id ? [{ ...feed, toast: null }, []] : same(feed);
  }
}
