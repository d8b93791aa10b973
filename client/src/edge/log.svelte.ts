/** The logbook on the screen: rounds after each slate, and what the seal says about the log. */
import { desk } from "./desk.svelte";
import type { Kept } from "./ledger";
import { Logbook, UNKNOWN, type Standing } from "./logbook";
import { nowMs } from "./clock";
import { Quiet } from "./pace";
import { judge } from "./recount";
import type { Fault } from "../receipts/faults";
import { at } from "../ui/log_words";

const AGAIN_MS = 5000;
const UNREACHED_AGAIN_MS = 20_000;
/** For how long nobody needs to hear that the log could not be asked. */
const UNCHECKED_MS = 60_000;

const STALLED = "The public log stands still. Nothing new is shown that is not in it, so the feed stops if the log does not go on.";

class Log {
  standing = $state.raw<Standing>(UNKNOWN);
  #book: Logbook | null = null;
  #remark = "";
  #pace = new Quiet(() => this.#round());

  get book(): Logbook | null {
    if (desk.ledger && desk.session)
      this.#book ??= new Logbook(desk.ledger, (fault, item) => this.#noticed(fault, item), (standing) => (this.standing = standing));
    return this.#book;
  }

  /** A slate has come, or somebody wants to know. */
  look = (): void => this.#pace.want(0);

  async #round(): Promise<void> {
    const again = await this.book?.look();
    this.#say();
    if (again) setTimeout(this.look, this.standing.unchecked_since_ms ? UNREACHED_AGAIN_MS : AGAIN_MS);
  }

  #noticed(fault: Fault, item: Kept | null): void {
    void desk.setFaults([fault]);
    if (item) void judge(item, undefined, fault);
  }

  /** One remark about the log stands among the seal's notes for as long as it is true. */
  #say(): void {
    const { is_stalled, unchecked_since_ms } = this.standing;
    const isUnchecked = unchecked_since_ms > 0 && nowMs() - unchecked_since_ms > UNCHECKED_MS;
    const remark = isUnchecked ? `The public log could not be checked since ${at(unchecked_since_ms)}.` : is_stalled ? STALLED : "";
    if (remark === this.#remark) return;
    const { seal } = desk;
    const others = seal.notes.filter((note) => note !== this.#remark);
    const notes = remark ? [...others, remark] : others;
    desk.reseal({ notes });
    this.#remark = remark;
    if (is_stalled) desk.send({ kind: "said", text: "The public log stands still" });
  }
}

export const log = new Log();
