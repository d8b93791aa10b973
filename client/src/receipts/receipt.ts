/** Reads a receipt as `specs/receipt-v1.md` §1 has it; anything else is not a receipt. */
import { NotCanonical, parseCanonical, type Canonical, type CanonicalObject } from "./canonical";

export interface Place {
  readonly video: string;
  readonly slot: string;
  readonly source: string;
  readonly propensity: number;
  readonly value: number;
}

export interface Receipt {
  readonly edition: string;
  readonly viewer: string;
  readonly number: number;
  readonly nonce: string;
  readonly policy: string;
  readonly chosen_by: string;
  readonly arm: string;
  readonly epoch: number;
  readonly now_ms: number;
  readonly context: { readonly size: number; readonly language: string; readonly tz_min: number; readonly age: string };
  readonly events: { readonly n: number; readonly head: string };
  readonly slate: readonly Place[];
  readonly caught_up: number;
  readonly previous: string;
}

type Rule = (value: Canonical | undefined) => boolean;

const PROPENSITY_ONE = 2 ** 40;

const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Rule => (value) =>
  typeof value === "number" && value >= least && value <= most;
const text = (shortest: number, longest: number): Rule => (value) =>
  typeof value === "string" && value.length >= shortest && value.length <= longest;
const like = (pattern: RegExp): Rule => (value) => typeof value === "string" && pattern.test(value);
const one = (...values: (string | number)[]): Rule => (value) =>
  values.some((allowed) => allowed === value);

const digest = like(/^[0-9a-f]{64}$/);
const hex32 = like(/^[0-9a-f]{32}$/);
const isId: Rule = (value) =>
  typeof value === "string" && /^[1-9][0-9]{0,18}$/.test(value) && BigInt(value) < 2n ** 63n;

const CONTEXT: Record<string, Rule> = {
  size: whole(1, 20), language: text(0, 16), tz_min: whole(-1440, 1440), age: text(1, 16),
};
const EVENTS: Record<string, Rule> = { n: whole(0), head: digest };
const PLACE: Record<string, Rule> = {
  video: isId,
  slot: one("ranked", "explore", "owed", "repeat"),
  source: text(1, 32),
  propensity: whole(0, PROPENSITY_ONE),
  value: whole(-Number.MAX_SAFE_INTEGER),
};
const shaped = (rules: Record<string, Rule>): Rule => (value) =>
  typeof value === "object" && !Array.isArray(value) && wrongField(value, rules) === null;

const RECEIPT: Record<string, Rule> = {
  spec: one("receipt-v1"), edition: text(1, 64), release: digest, release_state: one("unlogged", "logged"),
  viewer: hex32, number: whole(1), nonce: hex32, policy: text(1, 64), policy_digest: digest,
  chosen_by: one("viewer", "default"), arm: text(0, 64), weights: digest, epoch: whole(0),
  epoch_root: digest, now_ms: whole(0), context: shaped(CONTEXT), events: shaped(EVENTS),
  hour: whole(0), hour_commitment: digest, candidates: digest, values: digest, features: digest,
  slate: (value) => Array.isArray(value) && value.length <= 20 && value.every(shaped(PLACE)),
  caught_up: one(0, 1), previous: digest,
};

/** The first field that is missing, unknown or out of range; null when all is as it must be. */
function wrongField(value: CanonicalObject, rules: Record<string, Rule>): string | null {
  for (const [name, isRight] of Object.entries(rules)) if (!isRight(value[name])) return name;
  return Object.keys(value).find((name) => !Object.hasOwn(rules, name)) ?? null;
}

/** Raises NotCanonical: these bytes are not a receipt; the message names the field. */
export function parseReceipt(bytes: string): Receipt {
  const value = parseCanonical(bytes);
  const wrong = wrongField(value, RECEIPT);
  if (wrong !== null) throw new NotCanonical(`the field “${wrong}” is missing, unknown or out of range`);
  return value as unknown as Receipt;
}
