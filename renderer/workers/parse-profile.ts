/** What the worker and the window say to each other. */
import type { Profile } from '../../profiles/types';
import type { AppErrorJson } from '../../main/errors';

export interface ParseRequest {
  kind: 'cpu' | 'allocations';
  bytes: Uint8Array;
  /** µs on the monotonic clock that become 0. */
  originUs: number;
  fileName: string;
}

export type ParseAnswer = { ok: true; profile: Profile } | { ok: false; error: AppErrorJson };

/** The buffers of a profile's columns, to hand over instead of copying. */
export function transferablesOf(profile: Profile): ArrayBuffer[] {
  const { frames, nodes, samples } = profile;
  const columns = [
    frames.line,
    frames.column,
    frames.category,
    nodes.frame,
    nodes.parent,
    nodes.depth,
    samples.node,
    samples.timeUs,
    samples.weight,
  ];
  return [...new Set(columns.map((column) => column.buffer as ArrayBuffer))];
}
