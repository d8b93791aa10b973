/** Talks to the server: what a feed needs. `more_api.ts` has the rest, which is loaded on demand. Everything that can go wrong comes out as one of two errors. */
import type { EventsAnswer, Health, Session, SlateAnswer, SlateAsk, Why } from "./types";
import type { CanonicalObject } from "../receipts/canonical";

/** The server answered, and the answer is no. */
export class Refused extends Error {
  override name = "Refused";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly what_to_do: string,
    readonly rest: Record<string, unknown>,
  ) {
    super(message);
  }
}

/** No answer came: offline, the server is down, or it took too long. Trying again is safe. */
export class Unreachable extends Error {
  override name = "Unreachable";
}

const TIMEOUT_MS = 15_000;

async function refusal(response: Response): Promise<Refused> {
  const body: unknown = await response.json().catch(() => null);
  const error = (body as { error?: Record<string, unknown> } | null)?.error ?? {};
  const { code, message, what_to_do, ...rest } = error;
  return new Refused(
    response.status,
    typeof code === "string" ? code : `http_${response.status}`,
    typeof message === "string" ? message : `The server answered ${response.status}.`,
    typeof what_to_do === "string" ? what_to_do : "Try again in a moment.",
    rest,
  );
}

interface Options {
  method?: string;
  body?: unknown;
  keepalive?: boolean;
  timeout_ms?: number;
  /** Asked as anybody: without saying who asks. */
  isAnonymous?: boolean;
  /** Asked already, of the same path; nothing when no answer came. */
  begun?: typeof globalThis.begun;
}

declare global {
  /** The session, which begin.js asks for while this program is still on its way. Taken once. */
  var begun: Promise<Response | void> | undefined;
}

export async function request<T>(path: string, options: Options = {}): Promise<T> {
  const { method = "GET", body, keepalive = false, timeout_ms = TIMEOUT_MS, isAnonymous } = options;
  let response: Response;
  try {
    response = (await options.begun) ?? await fetch(path, {
      method,
      keepalive,
      credentials: isAnonymous ? "omit" : "same-origin",
      headers: {
        "x-plainview": "1",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(keepalive ? {} : { signal: AbortSignal.timeout(timeout_ms) }),
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  if (!response.ok) {
    const refused = await refusal(response);
    const isGateway = response.status >= 502 && response.status <= 504;
    if (isGateway && refused.code.startsWith("http_")) throw new Unreachable(refused.message);
    throw refused;
  }
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw new Unreachable(`an answer that is not JSON: ${String(error)}`);
  }
}

export const v1 = "/api/v1";
export const id = encodeURIComponent;

export const api = {
  session: () => request<Session>(`${v1}/session`, { method: "POST", begun: globalThis.begun }).finally(() => (globalThis.begun = undefined)),
  slate: (ask: SlateAsk) => request<SlateAnswer>(`${v1}/slate`, { method: "POST", body: ask }),
  events: (events: CanonicalObject[], keepalive = false) =>
    request<EventsAnswer>(`${v1}/events`, { method: "POST", body: { events }, keepalive }),
  why: (receipt: string, video: string) =>
    request<Why>(`${v1}/receipts/${id(receipt)}/why/${id(video)}`),
};

/** Whether a full slate can be served; 503 carries the same facts as 200. */
export async function health(): Promise<Health | null> {
  try {
    return (await (await fetch("/healthz", { signal: AbortSignal.timeout(5000) })).json()) as Health;
  } catch {
    return null;
  }
}
