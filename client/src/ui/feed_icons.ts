import type { MORE } from "./icons";

const FEED = {
  like: "M12 20.3 4.6 13a4.9 4.9 0 0 1 0-7 4.9 4.9 0 0 1 6.9 0l.5.6.5-.6a4.9 4.9 0 0 1 6.9 0 4.9 4.9 0 0 1 0 7Z",
  comment: "M4 4.5h16v12h-8l-4.5 4v-4H4Z",
  save: "M6 3.8h12v17l-6-4.6-6 4.6Z",
  share: "M12 15.5V3.6M7.4 7.8 12 3.4l4.6 4.4M5 12.5v7.9h14v-7.9",
  why: "M9.2 9.2a2.9 2.9 0 1 1 4.2 2.6c-1 .5-1.4 1.2-1.4 2.4M12 17.6v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  more: "M5.2 12h.1M12 12h.1M18.8 12h.1",
  play: "M7 4.5v15l12.5-7.5Z",
  sound: "M4 9.5v5h3.6l4.9 4.2V5.3L7.6 9.5ZM16 8.8a4.6 4.6 0 0 1 0 6.4M18.6 6.2a8.2 8.2 0 0 1 0 11.6",
  mute: "M4 9.5v5h3.6l4.9 4.2V5.3L7.6 9.5ZM16.5 9.8l4.6 4.6M21.1 9.8l-4.6 4.6",
  up: "M4.8 14.6 12 7.4l7.2 7.2",
  down: "M4.8 9.4 12 16.6l7.2-7.2",
  plus: "M12 4.5v15M4.5 12h15",
  person: "M12 12a4.2 4.2 0 1 0 0-8.4 4.2 4.2 0 0 0 0 8.4ZM4 20.6c.8-3.7 4-5.6 8-5.6s7.2 1.9 8 5.6",
  mask: "M3.5 8c3-1.5 5.5-1.5 8.5 0 3-1.5 5.5-1.5 8.5 0-.2 5-1.9 8-4.8 8-1.7 0-2.6-1.4-3.7-1.4S10 16 8.3 16c-2.9 0-4.6-3-4.8-8ZM7 10.6h2.4M14.6 10.6H17",
  desk: "M4 5h16v11H4ZM9 20h6M12 16v4M8 12l2.5-3 2.5 2 3-3.5",
  again: "M4.5 12a7.5 7.5 0 0 1 13-5.1L20 9.4M20 4v5.4h-5.4M19.5 12a7.5 7.5 0 0 1-13 5.1L4 14.6M4 20v-5.4h5.4",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
} as const;

export type IconName = keyof typeof FEED | keyof typeof MORE;

/** The icons of the feed; `icons.ts` adds the others when something that shows them is loaded. */
export const PATHS = { ...FEED } as Record<IconName, string>;
