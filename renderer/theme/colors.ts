/**
 * The colours that canvases and charts draw with. `tokens.css` has the same values as CSS variables
 * (`colors.test.ts` compares them).
 */
import { categories, type Category } from '../../profiles/types';
import { contrast, oklch } from './oklch';

export type ColorScheme = 'light' | 'dark';

/** How flame frames are coloured. `heat`: by the function's own time. */
export const colorModes = ['category', 'package', 'file', 'name', 'heat'] as const;
export type ColorMode = (typeof colorModes)[number];

export const colorModeLabels: Record<ColorMode, string> = {
  category: 'Kind',
  package: 'Package',
  file: 'File',
  name: 'Name',
  heat: 'Self time',
};

interface Tone {
  lightness: number;
  chroma: number;
  hue: number;
}

/**
 * Equal lightness for code; native and collections are darker, idle nearly the background. Blue and yellow parts are far
 * enough apart that categories differ for people who do not see red and green (`colors.test.ts` simulates that).
 */
const categoryTones: Record<ColorScheme, Record<Category, Tone>> = {
  light: {
    app: { lightness: 0.8, chroma: 0.135, hue: 62 },
    dependency: { lightness: 0.8, chroma: 0.09, hue: 172 },
    node: { lightness: 0.8, chroma: 0.058, hue: 255 },
    native: { lightness: 0.69, chroma: 0.06, hue: 255 },
    gc: { lightness: 0.74, chroma: 0.135, hue: 308 },
    program: { lightness: 0.87, chroma: 0.008, hue: 80 },
    idle: { lightness: 0.955, chroma: 0.004, hue: 80 },
    profiler: { lightness: 0.83, chroma: 0.045, hue: 345 },
    root: { lightness: 0.91, chroma: 0.006, hue: 80 },
  },
  dark: {
    app: { lightness: 0.7, chroma: 0.145, hue: 56 },
    dependency: { lightness: 0.7, chroma: 0.095, hue: 172 },
    node: { lightness: 0.7, chroma: 0.058, hue: 255 },
    native: { lightness: 0.622, chroma: 0.06, hue: 255 },
    gc: { lightness: 0.66, chroma: 0.15, hue: 308 },
    program: { lightness: 0.44, chroma: 0.008, hue: 70 },
    idle: { lightness: 0.27, chroma: 0.004, hue: 70 },
    profiler: { lightness: 0.49, chroma: 0.05, hue: 345 },
    root: { lightness: 0.34, chroma: 0.006, hue: 70 },
  },
};

/** What a category is called in legends. */
export { categoryLabels } from '../../profiles/totals';

const hex = (tone: Tone) => oklch(tone.lightness, tone.chroma, tone.hue);
const inks = { dark: '#17130f', light: '#f4f1ed' } as const;

/** Black or white text, whichever is easier to read on the fill. */
export function textOn(fill: string): string {
  return contrast(fill, inks.dark) >= contrast(fill, inks.light) ? inks.dark : inks.light;
}

export function categoryColor(category: Category, scheme: ColorScheme): string {
  return hex(categoryTones[scheme][category]);
}

/** A steady number in 0..2³²-1 for a text (FNV-1a). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

export interface FramePaint {
  fill: string;
  text: string;
}

/** Neighbouring frames of one category differ a little, by name, so that their borders stay visible. */
const shades = 7;

/** Paints for flame frames; computed once per scheme and looked up by index. */
export interface FlamePalette {
  paints: FramePaint[];
  /** Index of the paint for a frame. `heat`: its own time, 0..1 of the hottest function's. */
  paintOf(frame: { name: string; url: string; packageName: string; category: number; heat: number }): number;
}

const appIndex = categories.indexOf('app');
const fileHues = 24;
const heatSteps = 16;

/**
 * From hardly anything to the hottest: darker and more saturated in light, lighter in dark, so that it reads without hues
 * too. The dark scale leaps over the greys on which neither black nor white text is easy to read.
 */
const heatTones: Record<ColorScheme, [from: Tone, to: Tone][]> = {
  light: [
    [
      { lightness: 0.93, chroma: 0.012, hue: 85 },
      { lightness: 0.66, chroma: 0.19, hue: 38 },
    ],
  ],
  dark: [
    [
      { lightness: 0.34, chroma: 0.012, hue: 55 },
      { lightness: 0.49, chroma: 0.09, hue: 45 },
    ],
    [
      { lightness: 0.63, chroma: 0.13, hue: 50 },
      { lightness: 0.82, chroma: 0.15, hue: 70 },
    ],
  ],
};

function heatTone(scheme: ColorScheme, heat: number): Tone {
  const parts = heatTones[scheme];
  const at = heat * parts.length;
  const index = Math.min(parts.length - 1, Math.floor(at));
  const part = parts[index];
  return part ? mixed(part[0], part[1], at - index) : categoryTones[scheme].root;
}

export function flamePalette(scheme: ColorScheme, mode: ColorMode): FlamePalette {
  const paints: FramePaint[] = [];
  const add = (tone: Tone) => {
    const fill = hex(tone);
    paints.push({ fill, text: textOn(fill) });
  };
  for (const category of categories) {
    const tone = categoryTones[scheme][category];
    const varied = category !== 'idle' && category !== 'root';
    for (let shade = 0; shade < shades; shade++) {
      const offset = varied ? shade / (shades - 1) - 0.5 : 0;
      add({
        lightness: tone.lightness + offset * 0.05,
        chroma: tone.chroma,
        hue: tone.hue + offset * (category === 'app' ? 26 : 10),
      });
    }
  }
  const firstHue = paints.length;
  const base = categoryTones[scheme].app;
  for (let hue = 0; hue < fileHues; hue++)
    add({
      lightness: base.lightness + ((hue % 3) - 1) * 0.025,
      chroma: 0.09,
      hue: (hue * 360) / fileHues,
    });
  const byHash = (key: string) => firstHue + (hashText(key) % fileHues);
  const firstHeat = paints.length;
  for (let step = 0; step < heatSteps; step++) add(heatTone(scheme, step / (heatSteps - 1)));
  return {
    paints,
    paintOf(frame) {
      const code = frame.category <= 2;
      if (mode === 'heat')
        // By the square root: half as hot as the hottest is still hot.
        return firstHeat + Math.round(Math.sqrt(Math.min(1, Math.max(0, frame.heat))) * (heatSteps - 1));
      if (mode === 'name' && frame.category <= 3) return byHash(frame.name);
      if (mode === 'package' && code && frame.category !== 2)
        return frame.packageName === '' ? appIndex * shades + 3 : byHash(frame.packageName);
      if (mode === 'file' && code && frame.url !== '') return byHash(frame.url);
      return frame.category * shades + (hashText(frame.name) % shades);
    },
  };
}

function mixed(one: Tone, other: Tone, part: number): Tone {
  const between = (from: number, to: number) => from + (to - from) * part;
  return {
    lightness: between(one.lightness, other.lightness),
    chroma: between(one.chroma, other.chroma),
    hue: between(one.hue, other.hue),
  };
}

/** Everything else a canvas needs besides frame fills. */
export interface ChromeColors {
  background: string;
  surface: string;
  line: string;
  text: string;
  muted: string;
  faint: string;
  accent: string;
  focus: string;
  selection: string;
  match: string;
}

export const chromeColors: Record<ColorScheme, ChromeColors> = {
  light: {
    background: '#faf9f7',
    surface: '#ffffff',
    line: '#e4e0da',
    text: '#211d19',
    muted: '#635c54',
    faint: '#797168',
    accent: '#b8480b',
    focus: '#1769c9',
    selection: '#1769c9',
    match: '#b30a62',
  },
  dark: {
    background: '#151311',
    surface: '#1c1a17',
    line: '#322e2a',
    text: '#ebe7e2',
    muted: '#a9a199',
    faint: '#8d857c',
    accent: '#ff8a3d',
    focus: '#6cb2ff',
    selection: '#6cb2ff',
    match: '#ff7ab8',
  },
};

/**
 * Line colours of the lanes. Within one lane series differ in lightness as well as in hue, so that they can be
 * told apart with any colour vision; percentiles are steps of one hue.
 */
export const seriesNames = [
  'cpu',
  'loopDelay',
  'loopDelayMax',
  'loopUtilization',
  'heap',
  'rss',
  'heapTotal',
  'heapFloor',
  'heapLimit',
  'external',
  'arrayBuffers',
  'oldSpace',
  'newSpace',
  'gc',
  'gcMinor',
  'gcMajor',
  'gcIncremental',
  'gcWeak',
  'gcOurs',
  'users',
  'slip',
  'requests',
  'p50',
  'p95',
  'p99',
  'errors',
] as const;
export type SeriesName = (typeof seriesNames)[number];

export const seriesColors: Record<ColorScheme, Record<SeriesName, string>> = {
  light: {
    cpu: '#c9560f',
    loopDelay: '#1f6fc4',
    loopDelayMax: '#8a5a00',
    loopUtilization: '#0e8074',
    heap: '#0f7d6b',
    rss: '#7a6f9b',
    heapTotal: '#5a6b78',
    heapFloor: '#b8480b',
    heapLimit: '#b3261e',
    external: '#1f6fc4',
    arrayBuffers: '#a06a00',
    oldSpace: '#0f7d6b',
    newSpace: '#a06a00',
    gc: '#8446b8',
    gcMinor: '#a777d6',
    gcMajor: '#6a2a9c',
    gcIncremental: '#b3478f',
    gcWeak: '#5f8fbf',
    gcOurs: '#77716a',
    users: '#5d6a8c',
    slip: '#a06a00',
    requests: '#1f6fc4',
    p50: '#5f8fbf',
    p95: '#b07a00',
    p99: '#b3261e',
    errors: '#c02222',
  },
  dark: {
    cpu: '#ff9248',
    loopDelay: '#62aef7',
    loopDelayMax: '#e0b048',
    loopUtilization: '#46c7b8',
    heap: '#4ccfb4',
    rss: '#a79cd0',
    heapTotal: '#8d9aa6',
    heapFloor: '#ff8a3d',
    heapLimit: '#ff7a6b',
    external: '#62aef7',
    arrayBuffers: '#e0b048',
    oldSpace: '#4ccfb4',
    newSpace: '#e0b048',
    gc: '#c58cf2',
    gcMinor: '#9f78c8',
    gcMajor: '#dcb4ff',
    gcIncremental: '#f08ac8',
    gcWeak: '#7fb3e6',
    gcOurs: '#a39d92',
    users: '#9aa6cc',
    slip: '#e0b048',
    requests: '#62aef7',
    p50: '#7fb3e6',
    p95: '#e5b94e',
    p99: '#ff7a6b',
    errors: '#ff6f6f',
  },
};
