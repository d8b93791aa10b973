/** Canonical JSON: one value, one sequence of bytes. The same rules as the server's, written twice. */

export type Canonical = number | string | Canonical[] | CanonicalObject;
export interface CanonicalObject {
  [key: string]: Canonical;
}

/** The text has no canonical form; the message says where. Refuse what carried it. */
export class NotCanonical extends Error {
  override name = "NotCanonical";
}

const ASCII = /^[\x00-\x7f]*$/;

function encodeText(text: string, where: string): string {
  if (!ASCII.test(text)) throw new NotCanonical(`${where}: text must be ASCII`);
  return JSON.stringify(text).replace(/\x7f/g, "\\u007f");
}

function encode(value: unknown, where: string): string {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0))
      throw new NotCanonical(`${where}: ${value} is not an integer below 2^53 in magnitude`);
    return String(value);
  }
  if (typeof value === "string") return encodeText(value, where);
  if (Array.isArray(value))
    return `[${value.map((item, i) => encode(item, `${where}[${i}]`)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${members
      .map(([key, item]) => `${encodeText(key, where)}:${encode(item, `${where}.${key}`)}`)
      .join(",")}}`;
  }
  throw new NotCanonical(`${where}: only integers, ASCII text, lists and objects are allowed`);
}

/** Keys sorted by code point, no white space, integers in decimal, ASCII text. */
export function canonicalJson(value: unknown): string {
  return encode(value, "$");
}

/**
 * Read an object from canonical JSON and refuse any other way of writing it: white space, key
 * order, escapes, `1.0`, `1e3`, a key given twice.
 */
export function parseCanonical(text: string): CanonicalObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new NotCanonical(`not JSON: ${String(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new NotCanonical("not a JSON object");
  if (canonicalJson(value) !== text)
    throw new NotCanonical("not in canonical form (key order, white space or escapes differ)");
  return value as CanonicalObject;
}
