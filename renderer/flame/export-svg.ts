/**
 * A picture as SVG: opens in every browser and drawing program, keeps its text, and says in a tooltip what each box is.
 */
import { formatNumber } from '../../profiles/format';
import { legendOf, shownTitle, wholeOf, type FlameScene } from './export-scene';
import { firstRightOf, leftOf, rightOf } from './picture';
import { rowTop, visibleRows, xOf, type Scene } from './scene';
import { styleOf, type FlameStyle } from './style';

export interface SvgOptions {
  /** What is drawn: `shop-api · left-heavy`. */
  title: string;
  /** Everything instead of what is in sight. */
  whole?: boolean;
}

const rowHeight = 18;
const headPx = 44;
const footPx = 40;
const characterPx = 6.65;
const textFromPx = 28;
/** Narrower boxes are left out. */
const narrowestPx = 0.1;
/** An SVG of more boxes than this takes viewers down: the narrowest are left out first. */
const mostBoxes = 50_000;

/** The scene as an SVG document. At most 50,000 boxes; a note in it says how many were left out. */
export function flameSvg(source: FlameScene, options: SvgOptions): string {
  const scene = { ...(options.whole ? wholeOf(source) : source), ratio: 1 };
  const { picture, scheme, mode } = scene;
  const style = styleOf(picture, { scheme, mode, found: source.found });
  const { boxes, leftOut } = boxesOf(scene);
  const height = headPx + scene.height + footPx;
  const note = leftOut > 0 ? ` · ${formatNumber(leftOut)} boxes too narrow to see are left out` : '';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${scene.width}" height="${height}" viewBox="0 0 ${scene.width} ${height}" role="img" aria-label="${escape(options.title)}">`,
    `<title>${escape(options.title)}</title>`,
    `<rect width="100%" height="100%" fill="${style.chrome.surface}"/>`,
    `<g font-family="ui-sans-serif, system-ui, sans-serif" font-size="12" fill="${style.chrome.text}">`,
    `<text x="8" y="18" font-size="14" font-weight="600">${escape(options.title)}</text>`,
    `<text x="8" y="36" fill="${style.chrome.muted}">${escape(shownTitle(scene, options.whole ?? false) + note)}</text>`,
    legend(scene, style, height - 16),
    '</g>',
    `<svg x="0" y="${headPx}" width="${scene.width}" height="${scene.height}" viewBox="0 0 ${scene.width} ${scene.height}">`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="11">`,
    ...bandsOf(scene, style),
    ...boxes.map((box) => boxText(scene, style, box)),
    '</g></svg></svg>',
    '',
  ].join('\n');
}

interface Box {
  position: number;
  row: number;
  left: number;
  right: number;
}

function boxesOf(scene: Scene): { boxes: Box[]; leftOut: number } {
  const { picture, view, width } = scene;
  const [firstRow, lastRow] = visibleRows(scene);
  let least = narrowestPx;
  for (;;) {
    const boxes: Box[] = [];
    let leftOut = 0;
    for (let row = firstRow; row <= lastRow; row++) {
      const end = picture.rowStart[row + 1] ?? 0;
      for (let position = firstRightOf(picture, row, view.from); position < end; position++) {
        const left = xOf(scene, leftOf(picture, position));
        if (left >= width) break;
        const right = xOf(scene, rightOf(picture, position));
        if (right - left < least || boxes.length > mostBoxes) leftOut++;
        else boxes.push({ position, row, left: Math.max(0, left), right: Math.min(width, right) });
      }
    }
    if (boxes.length <= mostBoxes) return { boxes, leftOut };
    least *= 2;
  }
}

function boxText(scene: Scene, style: FlameStyle, { position, row, left, right }: Box): string {
  const { picture } = scene;
  const frame = picture.frame[position] ?? 0;
  const facts = picture.factsOf(position);
  const about = [
    facts.name,
    facts.location || facts.category,
    ...facts.rows.map((one) => `${one.label}: ${one.value}`),
  ];
  const y = rowTop(scene, row);
  const width = right - left;
  const gap = width > 4 ? 1 : 0;
  const rect = `<rect x="${round(left)}" y="${y}" width="${round(width - gap)}" height="${rowHeight - 1}" fill="${style.fillOf(frame)}"/>`;
  const room = Math.floor((width - gap - 10) / characterPx);
  const label = picture.labelOf(position);
  const shown = label.length <= room ? label : room >= 4 ? `${label.slice(0, room - 1)}…` : '';
  const text =
    width >= textFromPx && shown !== ''
      ? `<text x="${round(left + 5)}" y="${y + 12.5}" fill="${style.inks[style.inkOf[frame] ?? 0] ?? ''}">${escape(shown)}</text>`
      : '';
  return `<g><title>${escape(about.join('\n'))}</title>${rect}${text}</g>`;
}

function bandsOf(scene: Scene, style: FlameStyle): string[] {
  return scene.picture.bands
    .filter(({ row }) => rowTop(scene, row) > -rowHeight && rowTop(scene, row) < scene.height)
    .map(
      ({ row, title }) =>
        `<text x="5" y="${rowTop(scene, row) + 12.5}" fill="${style.chrome.text}" font-weight="600">${escape(title)}</text>`,
    );
}

function legend(scene: FlameScene, style: FlameStyle, y: number): string {
  let x = 8;
  return legendOf(scene)
    .map(({ color, text }) => {
      if (color === null)
        return `<text x="${x}" y="${y}" fill="${style.chrome.muted}">${escape(text)}</text>`;
      const swatch = `<rect x="${x}" y="${y - 10}" width="12" height="12" rx="2" fill="${color}"/>`;
      const entry = `${swatch}<text x="${x + 17}" y="${y}">${escape(text)}</text>`;
      x += 17 + text.length * 6.6 + 18;
      return entry;
    })
    .join('');
}

const round = (value: number): number => Math.round(value * 100) / 100;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for XML; characters that XML cannot hold become a replacement character. */
function escape(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => entities[character] ?? '')
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}');
}
