/** What an exported picture shows: the scene in sight, or all of it. */
import { formatPercent, formatTimeRange, formatValue } from '../../profiles/format';
import { categories } from '../../profiles/types';
import {
  categoryColor,
  categoryLabels,
  colorModeLabels,
  type ColorMode,
  type ColorScheme,
} from '../theme/colors';
import { rowHeightAt, type Scene } from './scene';

export interface FlameScene extends Scene {
  mode: ColorMode;
  scheme: ColorScheme;
  /** Frame → 1 when the search found it; null when nothing is searched. */
  found: Uint8Array | null;
}

/** Pictures of the whole are at least this wide, CSS px. */
const wholeWidthPx = 1200;

/** All rows at their height, the whole width. */
export function wholeOf(scene: FlameScene): FlameScene {
  const { picture } = scene;
  return {
    ...scene,
    view: { from: 0, to: picture.width },
    scroll: 0,
    width: Math.max(wholeWidthPx, Math.round(scene.width)),
    height: picture.rows * rowHeightAt(1),
    ratio: 1,
  };
}

/** `1.24 s of CPU time, 12–13 s` */
export function shownTitle({ picture, view }: Scene, whole: boolean): string {
  const shown = whole ? { from: 0, to: picture.width } : view;
  const share = picture.width > 0 ? (shown.to - shown.from) / picture.width : 0;
  const part =
    share > 0.9999 ? '' : `, ${formatPercent(share)} of ${formatValue(picture.width, picture.unit)}`;
  if (picture.kind === 'chart')
    return `Flame chart, ${formatTimeRange(picture.origin + shown.from, picture.origin + shown.to)}${part}`;
  const width = formatValue(shown.to - shown.from, picture.unit);
  return part === '' ? `Flame graph of ${width}` : `Flame graph, ${width} wide${part}`;
}

export interface LegendEntry {
  /** null: the line is a sentence. */
  color: string | null;
  text: string;
}

/** What the colours mean. */
export function legendOf({ picture, mode, scheme }: FlameScene): LegendEntry[] {
  if (mode !== 'category') return [{ color: null, text: `Colour: ${colorModeLabels[mode].toLowerCase()}` }];
  const present = new Set<number>();
  for (let frame = 0; frame < picture.frames.length; frame++)
    present.add(picture.frames.category[frame] ?? 0);
  return categories
    .filter((category, index) => present.has(index) && category !== 'root')
    .map((category) => ({ color: categoryColor(category, scheme), text: categoryLabels[category] }));
}
