/** A comment's length, its writer's name and the tone of a face without a picture. */
import type { Comment } from "../edge/types";

export const COMMENT_MAX = 500;

/** Characters as the server counts them: NFC, white space run together. It has the last word. */
export const lengthOf = (text: string): number =>
  [...text.normalize("NFC").replace(/\s+/g, " ").trim()].length;

/** What is over the limit: "1 too many". */
export const overWords = (length: number): string => `${length - COMMENT_MAX} too many`;

/** Who said it without a page goes by a few letters that mean the same person under this video alone. */
export function nameOf(one: Pick<Comment, "creator" | "alias" | "is_mine">): string {
  if (one.creator) return one.creator.name || `@${one.creator.handle}`;
  return one.is_mine ? "You" : `Viewer ${one.alias}`;
}

/** A hue of the alias, in degrees. */
export const toneOf = (alias: string): number => Number.parseInt(alias || "0", 16) % 360;
