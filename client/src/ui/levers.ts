/** Which pulled lever a finding speaks of. */
import type { CheckFailure, Lever } from "../edge/types";

/** An edit shows in the stored receipt; a buried topic in what a slate was chosen from. */
export function isOf(
  lever: string,
  finding: { failure: CheckFailure | null },
  pulled: readonly Pick<Lever, "name" | "catchable">[],
): boolean {
  const isAlone = pulled.filter(({ catchable }) => catchable).length === 1;
  if (lever === "bury-topic") return finding.failure !== null && (isAlone || finding.failure.stage === "candidates");
  if (lever === "edit-receipt") return isAlone || finding.failure?.stage !== "candidates";
  return false;
}
