/** Sending a video or its creator away, and back. Apart from `reduce.ts`: loaded with the sheet that offers it. */
import type { Draft } from "../events/queue";
import { inColumns, record, say, topUp, without } from "./reduce";
import type { Away, Feed, Item, SentAway, Step } from "./state";

function awayEvent(away: Away, { video }: Item, reason: string, isUndo: boolean): Draft {
  if (away === "mute") return { kind: isUndo ? "unmute" : "mute", creator: video.creator.id };
  if (away === "block") return { kind: isUndo ? "unblock" : "block", creator: video.creator.id };
  if (away === "report")
    return isUndo ? { kind: "undo_report", video: video.id } : { kind: "report", video: video.id, reason };
  return { kind: isUndo ? "undo_not_interested" : "not_interested", video: video.id };
}

const AWAY_SAID: Record<Away, (item: Item) => string> = {
  not_interested: () => "Less like this from now on",
  mute: (item) => `Muted @${item.video.creator.handle}`,
  block: (item) => `Blocked @${item.video.creator.handle}`,
  report: () => "Reported. Thank you",
};

const all = (feed: Feed): Item[] => [feed, ...feed.kept].flatMap(({ items }) => items);

/** It leaves every column, and with a creator all of theirs that was not watched yet. */
export function sentAway(feed: Feed, away: Away, item: Item, reason = ""): Step {
  const isByCreator = away === "mute" || away === "block";
  const rest = without(feed, ({ video }) =>
    isByCreator ? video.creator.id === item.video.creator.id : video.id === item.video.id,
  );
  const left = new Set(all(rest));
  const removed = all(feed).filter((one) => !left.has(one));
  const said = say(rest, AWAY_SAID[away](item), { away, item, removed });
  return topUp(said, [record(awayEvent(away, item, reason, false)), { do: "scroll", at: said.at }]);
}

/** Each goes back to where its column is now; what no feed chose, to the one on the screen. */
export function broughtBack(feed: Feed, { away, item, removed }: SentAway): Step {
  const back = inColumns(feed, ({ policy, items, at }) => {
    const mine = removed.filter((one) => (one.policy || feed.policy) === policy);
    return { items: [...items.slice(0, at), ...mine, ...items.slice(at)] };
  });
  const next: Feed = { ...back, phase: back.items.length ? "playing" : feed.phase, toast: null };
  return [next, [record(awayEvent(away, item, "", true)), { do: "scroll", at: next.at }]];
}
