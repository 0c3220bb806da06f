/** Charts as SVG, and tables as Markdown. */
import type { Cell, Section } from "./_results.ts";

/** Told apart also without colours: by their order, and by the words beside the lines. */
const COLOURS = [
  ...["#222222", "#d62728", "#ff9896", "#1f77b4", "#2ca02c", "#e6ab02"],
  ...["#17becf", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22"],
];
const FONT = 'font-family="system-ui, sans-serif"';

function text(x: number, y: number, value: string, more = ""): string {
  const escaped = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="12" ${more}>${escaped}</text>`;
}

function frame(width: number, height: number, title: string, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" ${FONT} role="img">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(16, 24, title, 'font-weight="bold"'),
    ...body,
    "</svg>\n",
  ].join("\n");
}

/** Names in the order of the first cell that has each. */
function namesOf(cells: readonly Cell[]): string[] {
  return [...new Set(cells.flatMap(({ results }) => results.map(({ name }) => name)))];
}

/** A chart of a section's shares: bars of one cell, lines of several. */
export function chart(section: Section): string {
  return section.cells.length === 1 ? bars(section) : lines(section);
}

function bars({ title, unit, cells: [{ results }] }: Section): string {
  const most = Math.max(...results.map(({ share }) => share), 1);
  const [left, width, row] = [220, 380, 24];
  const body = results.flatMap(({ name, share, value }, i) => {
    const y = 44 + i * row;
    const long = share / most * width;
    return [
      text(left - 8, y + 13, name, 'text-anchor="end"'),
      `<rect x="${left}" y="${y}" width="${long.toFixed(1)}" height="16" ` +
      `fill="${COLOURS[i % COLOURS.length]}"/>`,
      text(left + long + 6, y + 13, `${share.toFixed(2)}  (${value.toLocaleString("en")})`),
    ];
  });
  const x = left + width / most;
  const bottom = 44 + results.length * row;
  body.push(
    `<line x1="${x}" x2="${x}" y1="38" y2="${bottom}" stroke="#999999" stroke-dasharray="3"/>`,
  );
  return frame(780, bottom + 16, `${title} (share; ${unit})`, body);
}

function lines({ title, unit, cells }: Section): string {
  const names = namesOf(cells);
  const most = Math.max(1.2, ...cells.flatMap(({ results }) => results.map(({ share }) => share)));
  // One that is far ahead must not press the others together.
  const top = Math.min(most, 3);
  const [left, right, up, down] = [56, 560, 44, 330];
  const x = (i: number) =>
    left + (right - left) * (cells.length === 1 ? 0.5 : i / (cells.length - 1));
  const y = (share: number) => down - (down - up) * Math.min(share, top) / top;
  const body: string[] = [];
  for (let mark = 0; mark <= top; mark += 0.25) {
    const stroke = mark === 1 ? 'stroke="#777777" stroke-dasharray="4"' : 'stroke="#eeeeee"';
    body.push(`<line x1="${left}" x2="${right}" y1="${y(mark)}" y2="${y(mark)}" ${stroke}/>`);
    body.push(text(left - 8, y(mark) + 4, mark.toFixed(2), 'text-anchor="end"'));
  }
  cells.forEach(({ name }, i) => body.push(text(x(i), down + 20, name, 'text-anchor="middle"')));
  names.forEach((name, n) => {
    const colour = COLOURS[n % COLOURS.length];
    const points = cells.flatMap(({ results }, i) => {
      const found = results.find((result) => result.name === name);
      return found === undefined ? [] : [`${x(i).toFixed(1)},${y(found.share).toFixed(1)}`];
    });
    const wide = name.startsWith("ours") || n === 0 ? 3 : 1.5;
    body.push(
      `<polyline points="${
        points.join(" ")
      }" fill="none" stroke="${colour}" stroke-width="${wide}"/>`,
    );
    const at = 56 + n * 20;
    body.push(`<rect x="${right + 24}" y="${at - 10}" width="14" height="4" fill="${colour}"/>`);
    body.push(text(right + 44, at - 3, name));
  });
  return frame(780, 372, `${title} (share; ${unit})`, body);
}

/** A section as a Markdown table: shares, and CPU where it was measured. */
export function markdown({ title, note, unit, cells }: Section): string {
  const names = namesOf(cells);
  const rows = names.map((name) => [
    name,
    ...cells.map(({ results }) => {
      const found = results.find((result) => result.name === name);
      if (found === undefined) return "";
      const cpu = found.cpuMicros === undefined ? "" : `, ${found.cpuMicros.toFixed(2)} µs`;
      return `${found.share.toFixed(2)}${cpu}`;
    }),
  ]);
  const head = [
    "",
    ...cells.map(({ name, results }) => `${name} (1.00 = ${results[0].value} ${unit})`),
  ];
  const line = (columns: readonly string[]) => `| ${columns.join(" | ")} |`;
  return [
    `### ${title}`,
    "",
    note,
    "",
    line(head),
    line(head.map(() => "---")),
    ...rows.map(line),
    "",
  ].join("\n");
}
