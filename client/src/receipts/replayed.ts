/** The fault that only a recheck can find. */
import type { Fault } from "./faults";

const EVIDENCE = "Download your receipts as evidence: they carry the operator’s own signature.";

/** A slate that, worked out again, is another one. */
export const replayFault = (number: number, message: string): Fault => ({
  stage: "replay",
  message: `Slate № ${number}: ${message}`,
  what_to_do: EVIDENCE,
  about: number,
});
