/** Requirement B2's rules: how much growth is too much. */
import type { LeakRule, LeakThresholds } from './types';

const hourUs = 3600e6;

export interface Growth {
  bytes: number;
  /** Bytes per µs. */
  slope: number;
  /** In the time that the bytes are of; null without a load. */
  operations: number | null;
}

/** A growth judged by each of the rules. Shrinking fires none. */
export function applyRules(growth: Growth, thresholds: LeakThresholds): LeakRule[] {
  const { operations } = growth;
  const perOperation = operations !== null && operations > 0 ? growth.bytes / operations : null;
  const values: Record<keyof LeakThresholds, number | null> = {
    growthBytes: growth.bytes,
    bytesPerHour: growth.slope * hourUs,
    bytesPer1000Operations: perOperation === null ? null : perOperation * 1000,
    bytesPerOperation: perOperation,
  };
  return (Object.keys(values) as (keyof LeakThresholds)[]).map((rule) => {
    const value = values[rule];
    const limit = thresholds[rule];
    return { rule, limit, value, fired: value !== null && value > limit };
  });
}
