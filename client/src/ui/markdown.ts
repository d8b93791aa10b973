/** As much of Markdown as our own specs use: headings, paragraphs, lists, tables, code, emphasis. */

export interface Span {
  readonly style: "" | "code" | "strong" | "em";
  readonly text: string;
}

export interface Block {
  readonly kind: "heading" | "text" | "item" | "table";
  readonly spans: readonly Span[];
  /** For a table: its head and then its body, cell by cell. */
  readonly rows: readonly (readonly (readonly Span[])[])[];
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*/g;

export function readSpans(text: string): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > at) spans.push({ style: "", text: text.slice(at, found.index) });
    const [all, code, strong, em] = found;
    if (code !== undefined) spans.push({ style: "code", text: code });
    else if (strong !== undefined) spans.push({ style: "strong", text: strong });
    else spans.push({ style: "em", text: em ?? "" });
    at = found.index + all.length;
  }
  if (at < text.length) spans.push({ style: "", text: text.slice(at) });
  return spans;
}

const cells = (line: string): (readonly Span[])[] =>
  line.replace(/^\||\|$/g, "").split("|").map((cell) => readSpans(cell.trim()));

/** Blocks in order; lines that belong together are joined by a space. */
export function readMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  for (const part of text.split(/\n\s*\n|\n(?=#{1,4} )|(?<=^#{1,4} [^\n]*)\n/m)) {
    const lines = part.split("\n").map((line) => line.trimEnd()).filter(Boolean);
    const [first] = lines;
    if (first === undefined) continue;
    if (first.startsWith("|")) {
      const rows = lines.filter((line) => !/^\|[\s:|-]+\|?$/.test(line)).map(cells);
      blocks.push({ kind: "table", spans: [], rows });
    } else if (/^#{1,4} /.test(first)) {
      blocks.push({ kind: "heading", spans: readSpans(first.replace(/^#+ /, "")), rows: [] });
    } else {
      for (const piece of lines.join("\n").split(/\n(?=(?:[-*]|\d+\.) )/)) {
        const isItem = /^(?:[-*]|\d+\.) /.test(piece);
        const words = piece.replace(/^(?:[-*]|\d+\.) /, "").replace(/\s*\n\s*/g, " ");
        blocks.push({ kind: isItem ? "item" : "text", spans: readSpans(words), rows: [] });
      }
    }
  }
  return blocks;
}
