/**
 * Rechecks the newest receipts by itself while one swipes, and has them looked for in the public log,
 * so that the seal turns red unasked.
 */
import { replayFault } from "../receipts/replayed";
import { desk } from "./desk.svelte";
import { isDue, Quiet } from "./pace";
import { compareWithServer, recompute } from "./recount";

const QUIET_LAST = 3;

async function recheck(): Promise<void> {
  const { ledger } = desk;
  if (!ledger) return;
  await desk.setFaults(await compareWithServer(ledger, QUIET_LAST));
  const [, faults] = await recompute(ledger, QUIET_LAST);
  await desk.setFaults(faults);
}

let isCounted = false;

const quiet = new Quiet(recheck);

/** Slate `number` has come, and a first video is on the screen. */
export function arrived(number: number): void {
  void import("./log.svelte").then(({ log }) => log.look(), Boolean);
  if (!isCounted) void import("./cleared").then(({ countFailed }) => countFailed(), Boolean);
  isCounted = true;
  if (isDue(number, desk.session?.is_demo ?? false)) quiet.want();
}

/** *Why this video?* says that a slate differs: that is a fault, and a reason to look again at once. */
export function suspect(number: number, message: string): void {
  void desk.setFaults([replayFault(number, message)]);
  quiet.want(0);
}
