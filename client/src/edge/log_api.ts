/** What is asked of the server about its public log: as anybody would, without a cookie. */
import { Refused, request, Unreachable, v1 } from "./api";
import type { EpochIndex, LogEntry, LogIndex, LogPath, LogState, ReceiptPlace } from "./types";

const TIMEOUT_MS = 15_000;
const NOTE_CHARS_MAX = 100_000;

async function checkpoint(): Promise<string> {
  let response: Response;
  let note: string;
  try {
    response = await fetch("/tlog/checkpoint", { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(TIMEOUT_MS) });
    note = await response.text();
  } catch (error) {
    throw new Unreachable(String(error));
  }
  if (!response.ok) throw new Refused(response.status, `http_${response.status}`, "There is no checkpoint.", "", {});
  return note.slice(0, NOTE_CHARS_MAX);
}

const ask = <T>(path: string) => request<T>(path, { isAnonymous: true });
const log = `${v1}/log`;

export const logApi = {
  checkpoint,
  state: () => ask<LogState>(log),
  consistency: (from: number, to: number) => ask<LogPath>(`${log}/consistency?from=${from}&to=${to}`),
  inclusion: (index: number, size: number) => ask<LogEntry>(`${log}/inclusion?index=${index}&size=${size}`),
  epoch: (number: number) => ask<EpochIndex>(`${log}/epoch/${number}`),
  trust: (version: number) => ask<LogIndex>(`${log}/trust/${version}`),
  place: (receipt: string) => ask<ReceiptPlace>(`${v1}/receipts/${receipt}/proof`),
};
