/** Icons that the feed itself does not show. Imported, for its effect, by whatever shows one. */
import { PATHS } from "./feed_icons";

export const MORE = {
  close: "M5.5 5.5l13 13M18.5 5.5l-13 13",
  back: "M14.8 4.6 7.4 12l7.4 7.4",
  send: "M4 12 20 4.5 15 20l-3.6-6.4ZM20 4.5l-8.6 9.1",
  eye: "M2.8 12S6 5.8 12 5.8 21.2 12 21.2 12 18 18.2 12 18.2 2.8 12 2.8 12ZM12 14.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2Z",
  pause: "M8 4.5v15M16 4.5v15",
  check: "M4.8 12.6 10 17.8 19.4 7",
  no: "M5.8 5.8l12.4 12.4M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  flag: "M5.5 21V4h11l-2 4 2 4h-11",
  hush: "M12 12a4.2 4.2 0 1 0 0-8.4M4 20.6c.8-3.7 4-5.6 8-5.6M16 15l5 5M21 15l-5 5",
  save_file: "M12 4v11.5M7.4 11.2 12 15.6l4.6-4.4M5 20.4h14",
  away: "M3 3l18 18M10.6 6.3c.5-.1.9-.1 1.4-.1 5 0 8 5.8 8 5.8s-.8 1.5-2.3 3M6.3 8.2C4.8 9.8 4 12 4 12s3 5.8 8 5.8c1.4 0 2.6-.4 3.7-1",
  edit: "M4.5 19.5l.9-4L16 4.9l3.1 3.1L8.5 18.6Z",
  bin: "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5",
} as const;

Object.assign(PATHS, MORE);
