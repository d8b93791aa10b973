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

function logLine({ state, size, unchecked_since_ms }: Standing): Line {
  const head = `Public log: ${plural(size, "entry", "entries")}, signed`;
  if (state === "asking") return { state: "waits", text: "The public log is being asked." };
  if (state === "wrong") return { state: "bad", text: "The public log contradicts what it said before, or its own signature. See above." };
  if (state === "unchecked") return { state: "doubt", text: `The public log could not be checked since ${at(unchecked_since_ms)}.` };
  if (state === "first") return { state: "good", text: `${head}. This browser sees it for the first time and holds it to that from now on.` };
  return { state: "good", text: `${head}, consistent with what this browser saw before.` };
}

function witnessLine({ witnesses, cosigned }: Standing): Line | null {
  if (!witnesses) return { state: "waits", text: "No witness is asked to sign this log: that others see the same is not vouched for." };
  if (!cosigned.length) return { state: "waits", text: `None of its ${witnesses} witnesses has signed this state of it yet.` };
  const last_s = Math.max(...cosigned.map(({ at_s }) => at_s));
  return { state: "good", text: `Witnessed by ${names(cosigned.map(({ name }) => name))}, ${at(last_s * 1000)}.` };
}

/** One receipt: `epoch` is the number it names. */
export interface About {
  readonly number: number;
  readonly epoch: number;
  readonly mark: Mark | undefined;
}

function receiptLines({ number, epoch, mark }: About): Line[] {
  if (mark?.isWrong) return [{ state: "bad", text: `Slate № ${number} is not what the log says. See above.` }];
  const catalogue: Line =
    mark?.epoch === undefined
      ? { state: "waits", text: `Whether catalogue (epoch ${epoch}) of slate № ${number} is in the log is being asked.` }
      : { state: "good", text: `The catalogue of slate № ${number} (epoch ${epoch}) is in the log, as entry ${mark.epoch.toLocaleString("en")}.` };
  const receipt: Line =
    mark?.entry === undefined
      ? { state: "waits", text: `Receipt № ${number} is in the log in a moment.` }
      : { state: "good", text: `Receipt № ${number} is in the log since ${at(mark.at_ms ?? 0)}, in entry ${mark.entry.toLocaleString("en")}.` };
  return [catalogue, receipt];
}

export function logLines(standing: Standing, about: About | null): Line[] {
  const isKnown = standing.state === "first" || standing.state === "follows";
  const stalled: Line[] = standing.is_stalled ? [{ state: "doubt", text: "The log stands still. Nothing that is not in it is shown, so the feed stops unless it goes on." }] : [];
  const witnesses = isKnown ? witnessLine(standing) : null;
  return [logLine(standing), ...stalled, ...(about ? receiptLines(about) : []), ...(witnesses ? [witnesses] : [])];
}
