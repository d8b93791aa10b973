/** What may be written of a video: the server's rule (core/catalogue/words.py), told before anything is sent. */

export type Field = "caption" | "tags" | "topic";

export interface Refusal {
  readonly field: Field;
  readonly code: string;
  readonly message: string;
}

interface Written {
  readonly caption: string;
  readonly tags: readonly string[];
  readonly topics: readonly string[];
}

const CAPTION_MAX = 300, TAGS_MAX = 12, TAG_MAX = 32, TOPICS_MAX = 4;
const TOPIC = /^[a-z][a-z0-9-]{1,23}$/;
export const TOPIC_HINT = "Letters a–z, digits and hyphens, no spaces: street-music";
export const TAGS_HINT = `Up to ${TAGS_MAX}, with commas between`;

const once = (parts: readonly string[]) => [...new Set(parts.filter(Boolean))];
const length = (text: string) => [...text].length;

/** A topic as near to what was written as the rule lets it be; "" where nothing is left. */
function nearTopic(text: string): string {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+/, "").slice(0, 24);
  const near = plain.replace(/-+$/, "");
  return TOPIC.test(near) ? near : "";
}

/** Topics as they may be written, with commas between: what has no such form stays for the refusal. */
export function mendTopics(text: string): string {
  const mended = text.split(/[,#]/).map((part) => part.trim().toLowerCase()).map((part) => (TOPIC.test(part) ? part : nearTopic(part) || part));
  return once(mended).join(", ");
}

/** The first thing that cannot be kept as it is written, or null. */
export function refuseWords({ caption, tags, topics }: Written): Refusal | null {
  const refuse = (field: Field, code: string, message: string): Refusal => ({ field, code, message });
  const long = length(caption.normalize("NFC").trim());
  if (long > CAPTION_MAX) return refuse("caption", "caption_too_long", `${long} characters; ${CAPTION_MAX} are allowed.`);
  const labels = once(tags.map((tag) => tag.trim().replace(/^#+/, "").trim().toLowerCase()));
  const tag = labels.find((one) => length(one) > TAG_MAX);
  if (tag) return refuse("tags", "tag_too_long", `“${tag.slice(0, TAG_MAX)}…” has ${length(tag)} characters; ${TAG_MAX} are allowed.`);
  if (labels.length > TAGS_MAX) return refuse("tags", "too_many_tags", `${labels.length} tags; ${TAGS_MAX} are allowed.`);
  const names = once(topics.map((topic) => topic.trim().toLowerCase()));
  const bad = names.find((topic) => !TOPIC.test(topic));
  if (bad) {
    const near = nearTopic(bad);
    return refuse("topic", "bad_topic", `“${bad}” cannot be a topic: 2 to 24 letters a–z, digits and hyphens, a letter first.${near ? ` Write ${near}.` : ""}`);
  }
  if (names.length > TOPICS_MAX) return refuse("topic", "too_many_topics", `${names.length} topics; ${TOPICS_MAX} are allowed.`);
  return null;
}

/** Beside which field a refusal of the server stands, by its code. */
export function fieldOf(code: string): Field {
  return code.includes("topic") ? "topic" : code.includes("tag") ? "tags" : "caption";
}
