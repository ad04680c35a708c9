import type { Transform } from '../../profiles/transforms/types';

export const formatTransforms = (transforms: readonly Transform[]): string => JSON.stringify(transforms);
export function parseTransforms(text: string): Transform[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as Transform[]) : [];
  } catch {
    return [];
  }
}
