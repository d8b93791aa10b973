/** What can be wrong with a slate, in words for the person it was served to. */

export type Stage =
  | "encoding"
  | "signature"
  | "key"
  | "viewer"
  | "request"
  | "chain"
  | "events"
  | "slate"
  | "stored"
  | "replay";

export interface Fault {
  readonly stage: Stage;
  readonly message: string;
  readonly what_to_do: string;
  readonly expected?: string;
  readonly found?: string;
}

const KEEP =
  "The slate was not played. Download your receipts as evidence, then ask whoever runs this service.";

export function fault(stage: Stage, message: string, expected?: unknown, found?: unknown): Fault {
  return {
    stage,
    message,
    what_to_do: KEEP,
    ...(expected === undefined ? {} : { expected: String(expected) }),
    ...(found === undefined ? {} : { found: String(found) }),
  };
}
