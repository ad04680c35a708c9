/** What the lanes show of the run's time, for pictures that stand below them; null: all of it. */
import { create } from 'zustand';
import type { TimeRange } from '../../profiles/types';

export const useSeenWindow = create<{ window: TimeRange | null }>(() => ({ window: null }));
