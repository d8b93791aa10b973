import { describe, expect, test } from "vitest";
import { Signer, SmallLog } from "../../dev/small_log";
import { openCheckpoint, readCheckpoint } from "../../src/tlog/checkpoint";
import { BadNote, openNote, readNote, readVkey } from "../../src/tlog/note";
import { proof } from "../proof";

/** The example of C2SP signed-note. */
const VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const LINE = "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
const NOTE = `This is an example message.\n\n${LINE}`;

const open = async (note: string, ...vkeys: string[]) =>
  openNote(note, await Promise.all(vkeys.map((vkey) => readVkey(vkey, proof))), proof);

describe("a signed note", () => {
  test("of the specification opens under its key", async () => {
    const { text, by } = await open(NOTE, VKEY);
    expect([text, by.map(({ key }) => key.name)]).toEqual(["This is an example message.\n", ["example.com/foo"]]);
  });

  test("whose text was changed is refused", async () => {
    await expect(open(NOTE.replace("example message", "exemple message"), VKEY)).rejects.toThrow("signature of “example.com/foo” is wrong");
  });

  test("whose signature was changed is refused", async () => {
    await expect(open(NOTE.replace("kn8srV", "kn8srW"), VKEY)).rejects.toThrow(BadNote);
  });

  test("ignores signatures of unknown keys, right or wrong", async () => {
    const [known, other] = [new Signer("known.example"), new Signer("other.example")];
    const text = "hello\n";
    const { by } = await open(`${text}\n${other.line("else\n")}${known.line(text)}`, known.vkey);
    expect(by.map(({ key }) => key.name)).toEqual(["known.example"]);
  });

  test("is refused whole when one known key of two fails", async () => {
    const [good, bad] = [new Signer("good.example"), new Signer("bad.example")];
    const text = "hello\n";
    await expect(open(`${text}\n${good.line(text)}${bad.line("else\n")}`, good.vkey, bad.vkey)).rejects.toThrow("bad.example");
  });

  test("of the same name under another key is not its own", async () => {
    const [one, two] = [new Signer("same.example"), new Signer("same.example")];
    expect((await open(`hello\n\n${one.line("hello\n")}`, two.vkey)).by).toEqual([]);
  });

  test.each([
    ["cut before its signatures", "This is an example message.\n"],
    ["cut in the blank line", "This is an example message.\n\n"],
    ["cut inside a signature", NOTE.slice(0, -1)],
    ["cut inside the base64", `${NOTE.slice(0, -6)}\n`],
    ["with a carriage return", NOTE.replace("\n\n", "\r\n\n")],
    ["with a tab", NOTE.replace("an example", "an\texample")],
    ["with a line that is no signature", `${NOTE}hello\n`],
    ["with a hyphen for the dash", NOTE.replace("—", "-")],
    ["with a plus in the name", NOTE.replace("example.com/foo ", "example.com+foo ")],
    ["with loose base64", NOTE.replace("IneyaQM=", "IneyaQN=")],
    ["with a signature too many", `text\n\n${LINE.repeat(101)}`],
  ])("%s is refused", (_, note) => {
    expect(() => readNote(note)).toThrow(BadNote);
  });
});

test.each([
  ["a changed key", VKEY.replace("AekyeR", "AekyeS")],
  ["a changed hash", VKEY.replace("530d903a", "530d903b")],
  ["another name", VKEY.replace("foo", "bar")],
  ["no key", "example.com/foo+530d903a"],
])("a verifier key with %s is refused", async (_, vkey) => {
  await expect(readVkey(vkey, proof)).rejects.toThrow(BadNote);
});

describe("a checkpoint", () => {
  const log = new SmallLog("plainview/small");
  for (const entry of ["one", "two", "three"]) log.append(entry);
  const keys = async (...vkeys: string[]) => Promise.all(vkeys.map((vkey) => readVkey(vkey, proof)));
  const openOurs = async (note: string, witnesses: string[] = []) => {
    const [key, ...known] = await keys(log.signer.vkey, ...witnesses);
    if (!key) throw new Error("a key");
    return openCheckpoint(note, key, known, proof);
  };

  test("opens to the log's size and root", async () => {
    const { checkpoint, cosigned } = await openOurs(log.checkpoint());
    expect([checkpoint.origin, checkpoint.size, Buffer.from(checkpoint.root)]).toEqual(["plainview/small", 3, log.root()]);
    expect(cosigned).toEqual([]);
  });

  test("names the known witnesses that cosigned it, and when", async () => {
    const [library, court] = [new Signer("library.example", 4), new Signer("court.example", 4)];
    log.witnesses = [library, court];
    const { cosigned } = await openOurs(log.checkpoint(3, 1_790_000_123), [court.vkey]);
    expect(cosigned).toEqual([{ name: "court.example", at_s: 1_790_000_123 }]);
    const moved = log.text() + "\n" + log.signer.line(log.text()) + court.line(log.text(2));
    await expect(openOurs(moved, [court.vkey])).rejects.toThrow("court.example");
    log.witnesses = [];
  });

  test("that the log did not sign is refused", async () => {
    const stranger = new Signer("plainview/small");
    await expect(openOurs(`${log.text()}\n${stranger.line(log.text())}`)).rejects.toThrow("did not sign");
  });

  test("of another log under the same key is refused", async () => {
    const text = log.text().replace("plainview/small", "plainview/other");
    await expect(openOurs(`${text}\n${log.signer.line(text)}`)).rejects.toThrow("another log");
  });

  const root = log.root().toString("base64");
  test.each([
    ["a leading zero", `o\n03\n${root}\n`], ["a sign", `o\n+3\n${root}\n`], ["no size", `o\n\n${root}\n`], ["too large a size", `o\n9007199254740992\n${root}\n`],
    ["a short root", `o\n3\n${root.slice(4)}\n`], ["no root", "o\n3\n"], ["no origin", `\n3\n${root}\n`], ["no end of line", `o\n3\n${root}`], ["an empty line", `o\n3\n${root}\n\nx\n`],
  ])("with %s is refused", (_, text) => {
    expect(() => readCheckpoint(text)).toThrow(BadNote);
  });

  test("may carry further lines, which are passed over", () => {
    expect(readCheckpoint(`o\n3\n${root}\nextra line\n`).size).toBe(3);
  });
});
