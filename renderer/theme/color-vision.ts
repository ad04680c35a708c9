/** How people with dichromatic vision see a colour, and how different two colours look; for checking palettes. */

export type ColorVision = 'normal' | 'protanopia' | 'deuteranopia';

/**
 * Linear RGB → linear RGB. Machado, Oliveira, Fernandes: "A Physiologically-based Model for Simulation of Color Vision
 * Deficiency", IEEE TVCG 2009, severity 1.0.
 */
const matrices: Record<Exclude<ColorVision, 'normal'>, [number, number, number][]> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

type Triple = [number, number, number];

function linearOf(hex: string): Triple {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Linear RGB in 0..1 of `#rrggbb` as somebody with this vision sees it. */
function seenBy(vision: ColorVision, hex: string): Triple {
  const [red, green, blue] = linearOf(hex);
  if (vision === 'normal') return [red, green, blue];
  const clamp = (value: number): number => Math.min(1, Math.max(0, value));
  const [r, g, b] = matrices[vision].map(([x, y, z]) => clamp(x * red + y * green + z * blue));
  return [r ?? 0, g ?? 0, b ?? 0];
}

/** OKLab; Björn Ottosson, "A perceptual color space for image processing", 2020. */
function labOf([red, green, blue]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Distance in OKLab times 100; about 2 can just be told apart side by side. */
export function colorDifference(one: string, other: string, vision: ColorVision = 'normal'): number {
  const [l1, a1, b1] = labOf(seenBy(vision, one));
  const [l2, a2, b2] = labOf(seenBy(vision, other));
  return 100 * Math.hypot(l1 - l2, a1 - a2, b1 - b2);
}
