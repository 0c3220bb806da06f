/** Charts as SVG. */
import type { Section } from "./results.ts";
import { namesOf, readable } from "./_tables.ts";

const WIDTH = 780;
/** Ours stand out; the others are told apart by their order, and by the words beside the lines. */
const OURS = ["#d62728", "#ff7f0e", "#e377c2", "#8c564b", "#f7a3a3", "#bc80bd", "#b15928"];
const OTHERS = [
  "#1f77b4",
  "#2ca02c",
  "#17becf",
  "#9467bd",
  "#bcbd22",
  "#7f7f7f",
  "#aec7e8",
  "#98df8a",
];
const YARDSTICK = "#222222";

function coloursOf(names: readonly string[]): Map<string, string> {
  let [ours, others] = [0, 0];
  return new Map(names.map((name, i) => {
    if (i === 0) return [name, YARDSTICK];
    if (name.startsWith("ours")) return [name, OURS[ours++ % OURS.length]];
    return [name, OTHERS[others++ % OTHERS.length]];
  }));
}

function text(x: number, y: number, value: string, more = ""): string {
  const escaped = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="12" ${more}>${escaped}</text>`;
}

function frame(height: number, title: string, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" ` +
    `viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" role="img">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(16, 24, title, 'font-weight="bold"'),
    ...body,
    "</svg>\n",
  ].join("\n");
}

/**
 * A chart of a section's shares: bars of a few cells, lines where a number grows (its cells are named by
 * numbers, as "64 B").
 */
export function chart(section: Section): string {
  const grows = section.cells.length > 2 && section.cells.every(({ name }) => /^\d/.test(name));
  return grows ? lines(section) : bars(section);
}

function bars({ title, unit, cells }: Section): string {
  const most = Math.max(1, ...cells.flatMap(({ results }) => results.map(({ share }) => share)));
  // One that is far ahead must not press the others together.
  const top = Math.min(most, 4);
  const [left, width, row] = [250, 360, 20];
  const colours = coloursOf(namesOf(cells));
  const body: string[] = [];
  let y = 40;
  for (const { name, results } of cells) {
    if (cells.length > 1) body.push(text(left, (y += row) - 6, name, 'font-weight="bold"'));
    const begin = y;
    for (const result of results) {
      const long = Math.min(result.share, top) / top * width;
      const label = `${result.share.toFixed(2)}  (${readable(result.value)})`;
      body.push(
        text(left - 8, y + 12, result.name, 'text-anchor="end"'),
        `<rect x="${left}" y="${y}" width="${long.toFixed(1)}" height="15" ` +
          `fill="${colours.get(result.name)}"/>`,
        text(left + long + 6, y + 12, label),
      );
      y += row;
    }
    const x = (left + width / top).toFixed(1);
    body.push(
      `<line x1="${x}" x2="${x}" y1="${begin}" y2="${y}" stroke="#777777" stroke-dasharray="3"/>`,
    );
    y += 6;
  }
  return frame(y + 10, `${title} (share of the first; ${unit})`, body);
}

function lines({ title, unit, cells }: Section): string {
  const names = namesOf(cells);
  const colours = coloursOf(names);
  const most = Math.max(1.2, ...cells.flatMap(({ results }) => results.map(({ share }) => share)));
  const top = Math.min(most, 3);
  const [left, right, up, down] = [56, 540, 44, 340];
  const x = (i: number) => left + (right - left) * i / (cells.length - 1);
  const y = (share: number) => down - (down - up) * Math.min(share, top) / top;
  const body: string[] = [];
  for (let mark = 0; mark <= top; mark += 0.25) {
    const stroke = mark === 1 ? 'stroke="#777777" stroke-dasharray="4"' : 'stroke="#eeeeee"';
    body.push(`<line x1="${left}" x2="${right}" y1="${y(mark)}" y2="${y(mark)}" ${stroke}/>`);
    body.push(text(left - 8, y(mark) + 4, mark.toFixed(2), 'text-anchor="end"'));
  }
  cells.forEach(({ name }, i) => body.push(text(x(i), down + 20, name, 'text-anchor="middle"')));
  names.forEach((name, n) => {
    const points = cells.flatMap(({ results }, i) => {
      const found = results.find((result) => result.name === name);
      return found === undefined ? [] : [[x(i), y(found.share)]];
    });
    const colour = colours.get(name)!;
    const wide = name.startsWith("ours") || n === 0 ? 3 : 1.5;
    const path = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
    body.push(
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="${wide}"/>`,
      // A line of one point would not be seen.
      ...points.map(([x, y]) =>
        `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="2.5" fill="${colour}"/>`
      ),
    );
    const at = 56 + n * 20;
    body.push(`<rect x="${right + 24}" y="${at - 10}" width="14" height="4" fill="${colour}"/>`);
    body.push(text(right + 44, at - 3, name));
  });
  const height = Math.max(372, 56 + names.length * 20);
  return frame(height, `${title} (share of the first; ${unit})`, body);
}
