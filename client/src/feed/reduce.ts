/** What happens to the feed, as `(state, event) => [state, effects]`. No effect happens here. */
import type { Draft } from "../events/queue";
import type { Video } from "../edge/types";
import type { Away, Effect, Feed, FeedEvent, Item, Mark } from "./state";

/** The next slate is fetched when this many videos or fewer are left to see. */
export const LEFT_TO_ASK = 4;

type Step = [Feed, Effect[]];

const same = (feed: Feed): Step => [feed, []];

function asking(feed: Feed, effects: Effect[] = []): Step {
  if (feed.is_asking || !feed.is_online) return [feed, effects];
  return [{ ...feed, is_asking: true }, [...effects, { do: "ask", policy: feed.policy }]];
}

/** Ask ahead when few are left, unless something has stopped the feed. */
function topUp(feed: Feed, effects: Effect[] = []): Step {
  const left = feed.items.length - 1 - feed.at;
  const isStopped = feed.phase === "refused" || feed.phase === "making" || feed.trouble !== null;
  if (left > LEFT_TO_ASK || isStopped || feed.is_bare) return [feed, effects];
  return asking(feed, effects);
}

function say(feed: Feed, text: string, undo: FeedEvent | null = null): Feed {
  const id = feed.toasts + 1;
  return { ...feed, toasts: id, toast: { id, text, undo } };
}

const record = (event: Draft, is_urgent = true): Effect => ({ do: "record", event, is_urgent });

function opened(feed: Feed, event: Extract<FeedEvent, { kind: "opened" }>): Step {
  const { policies, policy, items } = event;
  return topUp({
    ...feed,
    phase: items.length ? "playing" : "loading",
    policies,
    policy,
    items,
    at: 0,
    is_asking: false,
    is_bare: false,
    trouble: null,
  });
}

function arrived(feed: Feed, event: Extract<FeedEvent, { kind: "arrived" }>): Step {
  if (event.policy !== feed.policy) return topUp({ ...feed, is_asking: false });
  const opener = feed.items[0]?.receipt === "" ? feed.items[0].video.id : "";
  const added = event.videos
    .map((video, position): Item => ({
      key: `${event.number}.${position}`,
      number: event.number,
      receipt: event.receipt,
      position,
      policy: event.policy,
      video,
    }))
    .filter((item) => item.video.id !== opener && !item.video.is_removed);
  const items = [...feed.items, ...added];
  const next: Feed = {
    ...feed,
    phase: items.length ? "playing" : "loading",
    is_asking: false,
    items,
    is_caught_up: event.is_caught_up,
    is_bare: event.videos.length === 0,
    trouble: null,
    faults: [],
  };
  return topUp(next);
}

function policyChosen(feed: Feed, policy: string): Step {
  if (policy === feed.policy) return same(feed);
  const next: Feed = {
    ...feed,
    policy,
    phase: "loading",
    items: [],
    at: 0,
    is_asking: false,
    is_caught_up: false,
    is_bare: false,
    trouble: null,
    faults: [],
  };
  return asking(next, [{ do: "remember_policy", policy }]);
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
  const items = feed.items.map((item) =>
    concerns(item.video) ? { ...item, video: withMark(item.video, mark, is_on) } : item,
  );
  const kind = VERB[mark][is_on ? 0 : 1];
  const event: Draft =
    mark === "follow"
      ? { kind, creator: about.video.creator.id, ...(is_on ? { video: about.video.id } : {}) }
      : { kind, video: about.video.id };
  return [{ ...feed, items }, [record(event)]];
}

function awayEvent(away: Away, item: Item, reason: string, isUndo: boolean): Draft {
  const { video } = item;
  if (away === "mute") return { kind: isUndo ? "unmute" : "mute", creator: video.creator.id };
  if (away === "block") return { kind: isUndo ? "unblock" : "block", creator: video.creator.id };
  if (away === "report")
    return isUndo
      ? { kind: "undo_report", video: video.id }
      : { kind: "report", video: video.id, reason };
  return { kind: isUndo ? "undo_not_interested" : "not_interested", video: video.id };
}

const AWAY_SAID: Record<Away, (item: Item) => string> = {
  not_interested: () => "Less like this from now on",
  mute: (item) => `Muted @${item.video.creator.handle}`,
  block: (item) => `Blocked @${item.video.creator.handle}`,
  report: () => "Reported. Thank you",
};

/** Take videos out of the column; those before the current one stay, so nothing jumps. */
function without(feed: Feed, isOut: (item: Item) => boolean): [Feed, Item[]] {
  const removed = feed.items.filter((item, index) => index >= feed.at && isOut(item));
  if (!removed.length) return [feed, removed];
  const items = feed.items.filter((item, index) => index < feed.at || !isOut(item));
  const at = Math.max(0, Math.min(feed.at, items.length - 1));
  return [{ ...feed, items, at, phase: items.length ? feed.phase : "loading" }, removed];
}

function sentAway(feed: Feed, event: Extract<FeedEvent, { kind: "sent_away" }>): Step {
  const { away, item } = event;
  const isByCreator = away === "mute" || away === "block";
  const [rest, removed] = without(feed, (other) =>
    isByCreator
      ? other.video.creator.id === item.video.creator.id
      : other.video.id === item.video.id,
  );
  const undo: FeedEvent = { kind: "brought_back", away, item, removed, at: feed.at };
  const said = say(rest, AWAY_SAID[away](item), undo);
  return topUp(said, [record(awayEvent(away, item, event.reason, false)), { do: "scroll", at: said.at }]);
}

function broughtBack(feed: Feed, event: Extract<FeedEvent, { kind: "brought_back" }>): Step {
  const at = Math.min(feed.at, feed.items.length);
  const items = [...feed.items.slice(0, at), ...event.removed, ...feed.items.slice(at)];
  const next: Feed = { ...feed, items, at, phase: items.length ? "playing" : feed.phase, toast: null };
  return [next, [record(awayEvent(event.away, event.item, "", true)), { do: "scroll", at }]];
}

function failed(feed: Feed, event: Extract<FeedEvent, { kind: "failed" }>): Step {
  const phase = feed.items.length ? feed.phase : "failed";
  return [{ ...feed, phase, is_asking: false, trouble: event.trouble }, []];
}

function network(feed: Feed, is_online: boolean): Step {
  if (is_online === feed.is_online) return same(feed);
  const next: Feed = { ...feed, is_online };
  if (!is_online || next.phase === "opening") return [{ ...next, is_asking: false }, []];
  return topUp({ ...next, trouble: null, is_asking: false });
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
      return [{ ...feed, phase: "making", is_asking: false }, [{ do: "wait_ready" }]];
    case "made":
      return [{ ...feed, playable: event.playable, wanted: event.wanted, is_log_stalled: event.is_log_stalled }, []];
    case "ready":
      return feed.phase === "making" ? retry(feed) : same(feed);
    case "failed":
      return failed(feed, event);
    case "refused":
      return [{ ...feed, phase: "refused", is_asking: false, faults: event.faults }, []];
    case "retry":
      return retry(feed);
    case "refetch":
      return retry({ ...feed, items: feed.items.filter((item, at) => at <= feed.at || (event.keeps_new && !item.video.is_repeat)) });
    case "moved":
      if (event.at === feed.at || !feed.items[event.at]) return same(feed);
      return topUp({ ...feed, at: event.at });
    case "gone": {
      const [rest, removed] = without(feed, (item) => item.video.id === event.video);
      return removed.length ? topUp(say(rest, "That video was removed"), [{ do: "scroll", at: rest.at }]) : same(feed);
    }
    case "policy_chosen":
      return policyChosen(feed, event.policy);
    case "marked":
      return marked(feed, event.mark, event.item, event.is_on);
    case "shared":
      return [feed, [record({ kind: "share", video: event.item.video.id })]];
    case "sent_away":
      return sentAway(feed, event);
    case "brought_back":
      return broughtBack(feed, event);
    case "network":
      return network(feed, event.is_online);
    case "said":
      return [say(feed, event.text), []];
    case "toast_over":
      return feed.toast?.id === event.id ? [{ ...feed, toast: null }, []] : same(feed);
  }
}
