/** Limits of the leak verdict that somebody has set for a target; kept in localStorage, never needed to work. */
import { create } from 'zustand';
import { z } from 'zod';
import type { RunState } from '../../main/api';
import { leakThresholdsSchema, type LeakThresholds } from '../../profiles/leaks/types';

type Target = Pick<RunState, 'commandLine' | 'cwd'>;

const storageKey = 'scorchmark.leakThresholds';
const mostTargets = 100;
const storedSchema = z.record(z.string(), leakThresholdsSchema);

interface KeptThresholds {
  byTarget: Record<string, LeakThresholds>;
  keep: (target: Target, thresholds: LeakThresholds) => void;
  forget: (target: Target) => void;
}

const keyOf = ({ commandLine, cwd }: Target): string => `${cwd}\n${commandLine}`;

function read(): Record<string, LeakThresholds> {
  try {
    return storedSchema.parse(JSON.parse(localStorage.getItem(storageKey) ?? '{}'));
  } catch {
    return {};
  }
}

export const useKeptThresholds = create<KeptThresholds>((set, get) => {
  const put = (byTarget: Record<string, LeakThresholds>): void => {
    set({ byTarget });
    try {
      localStorage.setItem(storageKey, JSON.stringify(byTarget));
    } catch {
      // Storage can be full or forbidden; the limits then last until the window closes.
    }
  };
  return {
    byTarget: read(),
    keep(target, thresholds) {
      const { [keyOf(target)]: _old, ...others } = get().byTarget;
      put(
        Object.fromEntries(
          [...Object.entries(others), [keyOf(target), thresholds]].slice(-mostTargets),
        ) as Record<string, LeakThresholds>,
      );
    },
    forget(target) {
      const { [keyOf(target)]: _old, ...others } = get().byTarget;
      put(others);
    },
  };
});

/** Those kept for a run's target; null when there are none. */
export function keptThresholds(
  byTarget: Record<string, LeakThresholds>,
  target: Target,
): LeakThresholds | null {
  return byTarget[keyOf(target)] ?? null;
}
