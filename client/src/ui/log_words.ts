/** What this browser knows of the public log, in plain lines. */
import type { Mark, Standing } from "../edge/logbook";
import { plural } from "./words";

export interface Line {
  readonly state: "good" | "waits" | "doubt" | "bad";
  readonly text: string;
}

/** The time of day, to the second: 15:02:11. */
export const at = (ms: number): string => new Date(ms).toLocaleTimeString("en-GB");

const names = (all: readonly string[]): string => (all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`);

function logLine({ state, size, is_stalled, unchecked_since_ms }: Standing): Line {
  const head = `${plural(size, "entry", "entries")}, signed`;
  if (state === "asking") return { state: "waits", text: "Being asked." };
  if (state === "wrong") return { state: "bad", text: "It contradicts what it said before, or its own signature. See above." };
  if (state === "unchecked") return { state: "doubt", text: `It could not be checked since ${at(unchecked_since_ms)}.` };
  const held = state === "first" ? "seen for the first time by this browser, which holds it to that from now on" : "consistent with what this browser saw before";
  return is_stalled ? { state: "doubt", text: `${head}, ${held}; but it stands still.` } : { state: "good", text: `${head}, ${held}.` };
}

function witnessLine({ witnesses, cosigned }: Standing): Line | null {
  if (!witnesses) return { state: "waits", text: "No witness is asked to sign this log: that others see the same is not vouched for." };
  if (!cosigned.length) return { state: "waits", text: witnesses === 1 ? "Its witness has not signed this state of it yet." : `None of its ${witnesses} witnesses has signed this state of it yet.` };
  const last_s = Math.max(...cosigned.map(({ at_s }) => at_s));
  return { state: "good", text: `Witnessed by ${names(cosigned.map(({ name }) => name))}, ${at(last_s * 1000)}.` };
}

/** One receipt: `epoch` is the number it names. */
export interface About {
  readonly number: number;
  readonly epoch: number;
  readonly mark: Mark | undefined;
}

function receiptLines({ number, epoch, mark }: About, isStalled: boolean): Line[] {
  if (mark?.isWrong) return [{ state: "bad", text: `Slate № ${number} is not what the log says. See above.` }];
  const catalogue: Line =
    mark?.epoch === undefined
      ? { state: "waits", text: `The catalogue of slate № ${number} (epoch ${epoch}) is being looked for in the log.` }
      : { state: "good", text: `The catalogue of slate № ${number} (epoch ${epoch}) is in the log, as entry ${mark.epoch.toLocaleString("en")}.` };
  const receipt: Line =
    mark?.entry === undefined
      ? { state: "waits", text: `Receipt № ${number} ${isStalled ? "is not in the log yet" : "will be in the log in a moment"}.` }
      : { state: "good", text: `Receipt № ${number} is in the log since ${at(mark.at_ms ?? 0)}, in entry ${mark.entry.toLocaleString("en")}.` };
  return [catalogue, receipt];
}

export function logLines(standing: Standing, about: About | null): Line[] {
  const isKnown = standing.state === "first" || standing.state === "follows";
  const witnesses = isKnown ? witnessLine(standing) : null;
  // What was found under a checkpoint that the log has contradicted since is no comfort.
  const isHeld = standing.state !== "wrong" || about?.mark?.isWrong;
  return [logLine(standing), ...(about && isHeld ? receiptLines(about, standing.is_stalled) : []), ...(witnesses ? [witnesses] : [])];
}
