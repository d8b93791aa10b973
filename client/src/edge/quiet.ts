/**
 * What can wait for the first frame. Rechecks the newest receipts by itself while one swipes, and has
 * them looked for in the public log, so that the seal turns red unasked; keeps the place for a reload.
 */
import { replayFault } from "../receipts/replayed";
import { health } from "./api";
import { isRenewed, keepPlace, renewed } from "./beginning";
import { desk } from "./desk.svelte";
import { isDue, Quiet } from "./pace";
import { compareWithServer, recompute } from "./recount";
import { router } from "./router.svelte";

const QUIET_LAST = 3;

async function recheck(): Promise<void> {
  const { ledger } = desk;
  if (!ledger) return;
  await desk.setFaults(await compareWithServer(ledger, QUIET_LAST));
  const [, faults] = await recompute(ledger, QUIET_LAST);
  await desk.setFaults(faults);
}

let isBegun = false;

const quiet = new Quiet(recheck);

function begin(): void {
  isBegun = true;
  void import("./cleared").then(({ countFailed }) => countFailed(), Boolean);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keepPlace();
  });
  addEventListener("vite:preloadError", () => void missing());
}

/** A part of this page could not be loaded: there is no answer, or the service is of a newer version. */
async function missing(): Promise<void> {
  // Offline is said, and what the page loads by itself nobody waits for.
  if (!navigator.onLine && navigator.userActivation?.isActive === false) return;
  const say = (text: string) => desk.send({ kind: "said", text });
  if (!(await health())) return say("No answer: this opens when there is one");
  if (isRenewed()) return say("This cannot be opened now. Try again in a minute");
  // Nothing that is being written or sent is thrown away for it.
  const isBusy = router.route.page !== "feed" || document.querySelector("dialog[open]");
  if (isBusy) return say("Plainview was updated. Load this page again when you are done");
  renewed();
  location.reload();
}

/** Slate `number` has come, and a first video is on the screen. */
export function arrived(number: number): void {
  void import("./log.svelte").then(({ log }) => log.look(), Boolean);
  if (!isBegun) begin();
  if (isDue(number, desk.session?.is_demo ?? false)) quiet.want();
}

/** *Why this video?* says that a slate differs: that is a fault, and a reason to look again at once. */
export function suspect(number: number, message: string): void {
  void desk.setFaults([replayFault(number, message)]);
  quiet.want(0);
}
