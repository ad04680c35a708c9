/** How somebody likes flame graphs drawn; remembered on this machine. */
import { colorModes, type ColorMode } from '../theme/colors';

export interface FlamePreferences {
  growUp: boolean;
  minimap: boolean;
  colorMode: ColorMode;
}

const key = 'scorchmark:flame';
const standard: FlamePreferences = { growUp: false, minimap: true, colorMode: 'category' };

export function readFlamePreferences(): FlamePreferences {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    if (typeof kept !== 'object' || kept === null) return standard;
    const { growUp, minimap, colorMode } = kept as Partial<Record<keyof FlamePreferences, unknown>>;
    return {
      growUp: typeof growUp === 'boolean' ? growUp : standard.growUp,
      minimap: typeof minimap === 'boolean' ? minimap : standard.minimap,
      colorMode: colorModes.find((mode) => mode === colorMode) ?? standard.colorMode,
    };
  } catch {
    // Storage that is forbidden or holds something else: start anew.
    return standard;
  }
}

export function keepFlamePreferences(preferences: FlamePreferences): void {
  try {
    localStorage.setItem(key, JSON.stringify(preferences));
  } catch {
    // Nothing is lost but the habit.
  }
}
