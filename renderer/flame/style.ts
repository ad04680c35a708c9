/** Colours and labels of a picture's frames, looked up by frame number while drawing. */
import {
  chromeColors,
  flamePalette,
  type ChromeColors,
  type ColorMode,
  type ColorScheme,
} from '../theme/colors';
import { mixColors } from '../theme/oklch';
import type { Picture } from './picture';

export interface FlameStyle {
  scheme: ColorScheme;
  chrome: ChromeColors;
  /** Frame → colour as a pixel of image data. */
  colors: Uint32Array;
  /** Frame → colour as `#rrggbb`, for pictures that are written. */
  fillOf(frame: number): string;
  /** The ground between boxes, as a pixel. */
  surface: number;
  /** Colours of text; `inkOf[frame]` says which of them. */
  inks: string[];
  inkOf: Uint8Array;
  /** What stands on a frame's boxes; the same string object every time. */
  labelOf(picture: Picture, frame: number, position: number): string;
}

/** Of a frame's colour, what is left when a search did not find it. */
const dimmed = 0.22;

export interface StyleOptions {
  scheme: ColorScheme;
  mode: ColorMode;
  /** Frame → 1 when the search found it; null when nothing is searched. */
  found: Uint8Array | null;
}

export function styleOf(picture: Picture, { scheme, mode, found }: StyleOptions): FlameStyle {
  const palette = flamePalette(scheme, mode);
  const chrome = chromeColors[scheme];
  const { frames } = picture;
  const count = frames.length;
  const heats = mode === 'heat' ? picture.selfByFrame() : null;
  const hottest = heats ? heats.reduce((one, other) => Math.max(one, other), 0) : 0;
  const inks: string[] = [];
  const inkNumber = (color: string): number => {
    const known = inks.indexOf(color);
    return known >= 0 ? known : inks.push(color) - 1;
  };
  const whole = palette.paints.map(({ fill, text }) => ({
    fill,
    pixel: pixelOf(fill),
    ink: inkNumber(text),
  }));
  const faded = found
    ? palette.paints.map(({ fill }) => {
        const mixed = mixColors(chrome.surface, fill, dimmed);
        return { fill: mixed, pixel: pixelOf(mixed), ink: inkNumber(chrome.muted) };
      })
    : whole;
  const colors = new Uint32Array(count);
  const inkOf = new Uint8Array(count);
  const fills: string[] = [];
  for (let frame = 0; frame < count; frame++) {
    const index = palette.paintOf({
      name: frames.name[frame] ?? '',
      url: frames.url[frame] ?? '',
      packageName: frames.packageName[frame] ?? '',
      category: frames.category[frame] ?? 0,
      heat: heats && hottest > 0 ? (heats[frame] ?? 0) / hottest : 0,
    });
    const paint = (found && found[frame] !== 1 ? faded : whole)[index];
    if (!paint) continue;
    colors[frame] = paint.pixel;
    inkOf[frame] = paint.ink;
    fills[frame] = paint.fill;
  }
  const labels: string[] = [];
  return {
    scheme,
    chrome,
    colors,
    fillOf: (frame) => fills[frame] ?? chrome.surface,
    surface: pixelOf(chrome.surface),
    inks,
    inkOf,
    labelOf: (of, frame, position) => (labels[frame] ??= of.labelOf(position)),
  };
}

/** `#rrggbb` as the little-endian word of an opaque RGBA pixel; every machine that runs a browser is little-endian. */
export function pixelOf(hex: string): number {
  const rgb = Number.parseInt(hex.slice(1), 16);
  return (0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >>> 16)) >>> 0;
}
