/** Talks to the server. Everything that can go wrong comes out as one of two errors. */
import type {
  CheckAnswer, Creator, CreatorPage, EventsAnswer, Found, Health, Job, Lever, Me, Overview, Session,
  SignedReceipt, SlateAnswer, SlateAsk, Upload, Video, Why,
} from "./types";
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
}

async function request<T>(path: string, options: Options = {}): Promise<T> {
  const { method = "GET", body, keepalive = false, timeout_ms = TIMEOUT_MS } = options;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      keepalive,
      credentials: "same-origin",
      headers: {
        "x-plainview": "1",
        accept: "application/json",
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

const v1 = "/api/v1";
const id = encodeURIComponent;

export const api = {
  session: () => request<Session>(`${v1}/session`, { method: "POST", body: {} }),
  slate: (ask: SlateAsk) => request<SlateAnswer>(`${v1}/slate`, { method: "POST", body: ask }),
  events: (events: CanonicalObject[], keepalive = false) =>
    request<EventsAnswer>(`${v1}/events`, { method: "POST", body: { events }, keepalive }),
  receipts: (last: number) =>
    request<{ receipts: SignedReceipt[] }>(`${v1}/receipts?last=${last}`),
  why: (receipt: string, video: string) =>
    request<Why>(`${v1}/receipts/${id(receipt)}/why/${id(video)}`),
  check: (last: number) =>
    request<CheckAnswer>(`${v1}/check`, { method: "POST", body: { last }, timeout_ms: 120_000 }),
  video: (video: string) => request<Video>(`${v1}/videos/${id(video)}`),
  editVideo: (video: string, change: { caption: string; tags: string[] }) =>
    request<Video>(`${v1}/videos/${id(video)}`, { method: "PATCH", body: change }),
  deleteVideo: (video: string) =>
    request<unknown>(`${v1}/videos/${id(video)}`, { method: "DELETE" }),
  creator: (handle: string) => request<CreatorPage>(`${v1}/creators/${id(handle)}`),
  me: () => request<Me>(`${v1}/me`),
  editMe: (me: { name: string; handle: string; bio: string }) =>
    request<Creator>(`${v1}/me`, { method: "PUT", body: me }),
  upload: (upload: string) => request<Upload>(`${v1}/uploads/${id(upload)}/state`),
  overview: () => request<Overview>(`${v1}/operator/overview`),
  jobs: () => request<{ jobs: Job[] }>(`${v1}/operator/jobs`),
  operatorVideos: (query: string) =>
    request<Found>(`${v1}/operator/videos?query=${id(query)}`),
  removeVideo: (video: string, reason_code: string, public_reason: string) =>
    request<unknown>(`${v1}/operator/videos/${id(video)}/remove`, {
      method: "POST",
      body: { reason_code, public_reason },
    }),
  restoreVideo: (video: string) =>
    request<unknown>(`${v1}/operator/videos/${id(video)}/restore`, { method: "POST", body: {} }),
  villain: () => request<{ levers: Lever[] }>(`${v1}/villain`),
  pull: (lever: string, is_pulled: boolean) =>
    request<unknown>(`${v1}/villain/${id(lever)}`, { method: "PUT", body: { is_pulled } }),
};

/** Whether a full slate can be served; 503 carries the same facts as 200. */
export async function health(): Promise<Health | null> {
  try {
    const response = await fetch("/healthz", { signal: AbortSignal.timeout(5000) });
    const facts = (await response.json()) as Partial<Health>;
    return { ready: response.ok, reason: "", playable: 0, wanted: 0, ...facts };
  } catch {
    return null;
  }
}
