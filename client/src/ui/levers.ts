/** Which pulled lever a finding speaks of, and how levers stand on the page. */
import type { Stage } from "../receipts/faults";
import type { Lever } from "../edge/types";

/** Where each lever shows: stages of what the browser finds, and `replay/STAGE` of slates worked out again. */
const SHOWS: Record<string, readonly string[]> = {
  "bury-topic": ["epoch"],
  "boost-creator": ["epoch"],
  "swap-weights": ["epoch"],
  "leave-out-video": ["epoch"],
  "stale-epoch": ["epoch", "replay/epoch header"],
  "edit-receipt": ["stored", "chain", "replay/slate", "replay/chain", "replay/bytes"],
  "forge-event": ["events"],
  "rewrite-history": ["log"],
  "two-histories": ["log", "outsider"],
  "drop-video": ["replay/candidates", "outsider"],
};

export interface Finding {
  /** The same from check to check. */
  readonly name: string;
  readonly message: string;
  readonly stage: Stage | `replay/${string}` | "outsider";
}

/** A lever that is pulled alone is what any finding speaks of; of several, the one that shows there. */
export function isOf(lever: string, finding: Pick<Finding, "stage">, pulled: readonly Pick<Lever, "name" | "catchable">[]): boolean {
  const catchable = pulled.filter((one) => one.catchable);
  if (!catchable.some(({ name }) => name === lever)) return false;
  return catchable.length === 1 || finding.stage === "outsider" || (SHOWS[lever] ?? []).includes(finding.stage);
}

export interface Group {
  readonly name: string;
  readonly title: string;
  readonly levers: readonly Lever[];
}

/** Levers under who catches them, in the order in which they come. */
export function grouped(levers: readonly Lever[]): Group[] {
  const names = [...new Set(levers.map(({ caught_by }) => caught_by))];
  return names.map((name) => {
    const here = levers.filter(({ caught_by }) => caught_by === name);
    return { name, title: here[0]?.catcher ?? name, levers: here };
  });
}
