/** "My receipts": a file for somebody else to check, made of what this browser kept and what the service adds. */
import { readPart, receiptsFile } from "../receipts/file";
import { v1 } from "./api";
import { downloadText } from "./download";
import type { Ledger } from "./ledger";
import { remembered } from "./trusted";

const KEPT_MAX = 100_000;
const TIMEOUT_MS = 120_000;

/** The service's half; "" where it does not answer: what was kept can be saved without it. */
async function asked(): Promise<string> {
  try {
    const response = await fetch(`${v1}/receipts/file`, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? await response.text() : "";
  } catch {
    return "";
  }
}

/** Saves the file. Says whether the service added its half. */
export async function saveReceipts(ledger: Ledger): Promise<boolean> {
  const { session } = ledger;
  const theirs = readPart(await asked(), session.viewer);
  const memory = await remembered(ledger);
  const heads = (memory?.evidence ?? []).flatMap(({ before, after }) => [before, after]);
  if (memory?.seen) heads.push(memory.seen.note);
  const kept = await ledger.last(KEPT_MAX);
  downloadText(`plainview-${session.viewer.slice(0, 8)}.receipts`, receiptsFile(session, kept, heads, theirs));
  return theirs !== null;
}
