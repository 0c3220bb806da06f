/** Screens of a terminal, one after the other, as an animated SVG without a script. */

/** What was on the screen, and for how long. */
export interface Frame {
  /** Lines with styles, as `tmux capture-pane -e` gives them. */
  readonly screen: string;
  readonly durationMs: number;
}

/** How large the picture is. */
export interface SvgOptions {
  readonly columns: number;
  readonly rows: number;
  readonly title: string;
}

const CELL = { width: 8.4, height: 18, font: 14 };
const MARGIN = 16;
const COLOURS = {
  background: "#16181d",
  text: "#d8dee9",
  31: "#e06c75",
  32: "#98c379",
  33: "#e5c07b",
  36: "#56b6c2",
} as const;

/** A run of characters that look alike. */
interface Run {
  readonly column: number;
  readonly text: string;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly colour: string | undefined;
}

/** Makes the picture; it begins anew after its last screen. */
export function recordingSvg(
  frames: readonly Frame[],
  { columns, rows, title }: SvgOptions,
): string {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = Math.ceil(rows * CELL.height + 2 * MARGIN);
  const totalMs = frames.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const lines = stretchesOf(frames).map(({ row, line, fromMs, toMs }) => {
    const text = lineText(line, row);
    if (text === "") return "";
    // Without animation, the last screen stands.
    const visible = toMs === totalMs ? "visible" : "hidden";
    const times = `keyTimes="0;${share(fromMs, totalMs)};${share(toMs, totalMs)}"`;
    const animation = fromMs === 0 && toMs === totalMs
      ? ""
      : `<animate attributeName="visibility" dur="${totalMs}ms" repeatCount="indefinite" ` +
        `calcMode="discrete" values="hidden;visible;hidden" ${times}/>`;
    return `<g visibility="${visible}">${animation}${text}</g>`;
  }).filter((line) => line !== "");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${
    escaped(title)
  }">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${COLOURS.background}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="${CELL.font}" fill="${COLOURS.text}" xml:space="preserve">
${lines.join("\n")}
</g>
</svg>
`;
}

/** A line that stood at a row for a while. */
interface Stretch {
  readonly row: number;
  /** With the styles that hold at its beginning. */
  readonly line: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What changes from screen to screen is mostly one line: each is drawn once for as long as it stands. */
function stretchesOf(frames: readonly Frame[]): Stretch[] {
  const stretches: Stretch[] = [];
  const open = new Map<number, { line: string; fromMs: number }>();
  let atMs = 0;
  const close = (row: number) => {
    const ended = open.get(row);
    open.delete(row);
    if (ended !== undefined) stretches.push({ row, ...ended, toMs: atMs });
  };
  for (const { screen, durationMs } of frames) {
    const lines = screen.split("\n");
    for (const row of Array.from(open.keys())) {
      if (open.get(row)!.line !== lines[row]) close(row);
    }
    for (const [row, line] of lines.entries()) {
      if (!open.has(row)) open.set(row, { line, fromMs: atMs });
    }
    atMs += durationMs;
  }
  for (const row of Array.from(open.keys())) close(row);
  return stretches;
}

/** keyTimes begin at 0 and end below 1. */
function share(ms: number, totalMs: number): string {
  return Math.min(0.9999, Math.max(0.0001, ms / totalMs)).toFixed(4);
}

function lineText(line: string, row: number): string {
  const y = MARGIN + (row + 0.75) * CELL.height;
  const style = { bold: false, dim: false, colour: undefined as string | undefined };
  let text = "";
  for (const run of runsOf(line, style)) {
    if (run.text.trim() === "") continue;
    const x = MARGIN + run.column * CELL.width;
    const looks = [
      run.colour === undefined ? "" : ` fill="${run.colour}"`,
      run.bold ? ' font-weight="bold"' : "",
      run.dim ? ' opacity="0.6"' : "",
      // Whatever the font, a column is a column.
      ` textLength="${round(Array.from(run.text).length * CELL.width)}"`,
    ].join("");
    text += `<text x="${round(x)}" y="${round(y)}"${looks}>${escaped(run.text)}</text>`;
  }
  return text;
}

function runsOf(
  line: string,
  style: { bold: boolean; dim: boolean; colour: string | undefined },
): Run[] {
  const runs: Run[] = [];
  let column = 0;
  // deno-lint-ignore no-control-regex -- styles (ECMA-48)
  for (const [, codes, text] of line.matchAll(/(?:\x1b\[([\d;]*)m)|([^\x1b]+)/g)) {
    if (text === undefined) {
      for (const code of (codes || "0").split(";").map(Number)) applyCode(style, code);
      continue;
    }
    runs.push({ column, text, ...style });
    column += Array.from(text).length;
  }
  return runs;
}

function applyCode(
  style: { bold: boolean; dim: boolean; colour: string | undefined },
  code: number,
): void {
  if (code === 0) Object.assign(style, { bold: false, dim: false, colour: undefined });
  else if (code === 1) style.bold = true;
  else if (code === 2) style.dim = true;
  else if (code === 39) style.colour = undefined;
  else if (Object.hasOwn(COLOURS, code)) style.colour = COLOURS[code as 31];
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
