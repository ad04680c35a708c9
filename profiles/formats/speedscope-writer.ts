/** Writes speedscope's file format (https://www.speedscope.app/file-format-schema.json). */
import { keyOf } from '../frame-key';
import type { Profile } from '../types';
import { ByteParts } from './byte-parts';
import { deepest, isTimed, selectSamples, stackOf } from './export-selection';
import type { ExportSelection, NamedProfile } from './export-selection';

export interface WriteSpeedscopeOptions extends ExportSelection {
  /** What the whole file is called. */
  name?: string;
  /**
   * Above this many frames on all stacks of a profile together it is written as calls and returns (`evented`), which holds all
   * times but no longer how many samples there were: below it, every sample is written with its stack (`sampled`).
   */
  maxStackEntries?: number;
}

export const speedscopeSchema = 'https://www.speedscope.app/file-format-schema.json';
const units = { microseconds: 'microseconds', bytes: 'bytes', count: 'none' } as const;
/** Shorter gaps between samples are what adding up fractions leaves. */
const shortestGapUs = 0.001;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * One speedscope file of several profiles. Time in which nothing is on the stack is written as a sample without frames;
 * a sample of the root itself as one of the frame `(root)`.
 */
export function writeSpeedscope(
  profiles: readonly NamedProfile[],
  options: WriteSpeedscopeOptions = {},
): Uint8Array[] {
  const { maxStackEntries = 40_000_000, name = profiles[0]?.name ?? 'profile', ...selection } = options;
  const out = new ByteParts();
  const frames = new SharedFrames();
  out.text(
    `{"$schema":"${speedscopeSchema}","exporter":"scorchmark","name":${JSON.stringify(name)},"activeProfileIndex":0,"profiles":[`,
  );
  profiles.forEach((named, index) => {
    if (index > 0) out.byte(comma);
    const profile = selectSamples(named.profile, selection);
    const frameMap = frames.add(profile);
    if (stackEntries(profile) > maxStackEntries) writeEvented(out, named.name, profile, frameMap);
    else writeSampled(out, named.name, profile, frameMap);
  });
  out.text('],"shared":{"frames":[');
  frames.write(out);
  out.text(']}}\n');
  return out.take();
}

/** Equal functions of all profiles are one frame of the file. Only what occurs on a stack is in it. */
class SharedFrames {
  private readonly ids = new Map<string, number>();
  private readonly texts: string[] = [];

  /** The file's frame of each frame of the profile that samples use. */
  add(profile: Profile): Int32Array {
    const { frames, nodes, samples } = profile;
    const used = new Uint8Array(nodes.length);
    for (let i = 0; i < samples.length; i++) used[samples.node[i]!] = 1;
    const map = new Int32Array(frames.length).fill(-1);
    for (let node = nodes.length - 1; node >= 0; node--) {
      if (used[node] === 0) continue;
      const parent = nodes.parent[node]!;
      // The root is written only where it was sampled itself.
      if (parent > 0) used[parent] = 1;
      const frame = nodes.frame[node]!;
      if (map[frame] === -1) map[frame] = this.idOf(profile, frame);
    }
    return map;
  }

  write(out: ByteParts): void {
    this.texts.forEach((text, index) => out.text(index === 0 ? text : `,${text}`));
  }

  private idOf({ frames }: Profile, frame: number): number {
    const key = keyOf(frames, frame);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const file = frames.url[frame]!;
    const line = frames.line[frame]!;
    const col = frames.column[frame]!;
    const id =
      this.texts.push(
        JSON.stringify({
          name: frames.name[frame]!,
          ...(file !== '' && { file }),
          ...(line > 0 && { line }),
          ...(col > 0 && { col }),
        }),
      ) - 1;
    this.ids.set(key, id);
    return id;
  }
}

function stackEntries({ nodes, samples }: Profile): number {
  let entries = 0;
  for (let i = 0; i < samples.length; i++) entries += nodes.depth[samples.node[i]!]!;
  return entries;
}

/** Calls `emit` for each sample, and for each gap (node -1) with what it weighs. Gives the file's start and end. */
function walk(profile: Profile, emit: (node: number, weight: number) => void) {
  const { samples, unit } = profile;
  // Only where weights are time do times say where the next sample begins.
  const timed = isTimed(profile) && unit === 'microseconds';
  const start = timed ? profile.startUs : 0;
  let at = start;
  for (let i = 0; i < samples.length; i++) {
    const gap = timed ? samples.timeUs[i]! - at : 0;
    if (gap > shortestGapUs) {
      emit(-1, gap);
      at += gap;
    }
    emit(samples.node[i]!, samples.weight[i]!);
    at += samples.weight[i]!;
  }
  return { start, end: timed ? Math.max(at, profile.endUs) : at };
}

function writeSampled(out: ByteParts, name: string, profile: Profile, frameMap: Int32Array): void {
  const { nodes } = profile;
  const stack = new Int32Array(deepest(profile));
  out.text(`{"type":"sampled","name":${JSON.stringify(name)},"unit":"${units[profile.unit]}","samples":[`);
  let first = true;
  const { start, end } = walk(profile, (node) => {
    if (!first) out.byte(comma);
    first = false;
    out.byte(openBracket);
    if (node === 0) out.number(frameMap[nodes.frame[0]!]!);
    else if (node > 0) {
      const depth = stackOf(profile, node, stack);
      for (let i = 0; i < depth; i++) {
        if (i > 0) out.byte(comma);
        out.number(frameMap[stack[i]!]!);
      }
    }
    out.byte(closeBracket);
  });
  out.text('],"weights":[');
  first = true;
  walk(profile, (_, weight) => {
    if (!first) out.byte(comma);
    first = false;
    out.number(weight);
  });
  out.text(`],"startValue":${start},"endValue":${end}}`);
}

function writeEvented(out: ByteParts, name: string, profile: Profile, frameMap: Int32Array): void {
  const { nodes } = profile;
  out.text(`{"type":"evented","name":${JSON.stringify(name)},"unit":"${units[profile.unit]}","events":[`);
  const opening = new Int32Array(deepest(profile) + 1);
  let first = true;
  let open = -1;
  let at = isTimed(profile) && profile.unit === 'microseconds' ? profile.startUs : 0;
  const event = (type: 'O' | 'C', node: number): void => {
    out.text(`${first ? '' : ','}{"type":"${type}","frame":`);
    out.number(frameMap[nodes.frame[node]!]!);
    out.text(',"at":');
    out.number(at);
    out.byte(0x7d);
    first = false;
  };
  // -1 is the empty stack; the root itself is one of a frame `(root)` that nothing is called from.
  const parentOf = (node: number): number => (nodes.parent[node]! > 0 ? nodes.parent[node]! : -1);
  const depthOf = (node: number): number => (node === -1 ? 0 : Math.max(1, nodes.depth[node]!));
  const change = (to: number): void => {
    let kept = to;
    let length = 0;
    while (depthOf(kept) > depthOf(open)) {
      opening[length++] = kept;
      kept = parentOf(kept);
    }
    while (open !== kept) {
      event('C', open);
      open = parentOf(open);
      if (depthOf(kept) > depthOf(open)) {
        opening[length++] = kept;
        kept = parentOf(kept);
      }
    }
    while (length > 0) event('O', opening[--length]!);
    open = to;
  };
  const { start, end } = walk(profile, (node, weight) => {
    if (node !== open) change(node);
    at += weight;
  });
  change(-1);
  out.text(`],"startValue":${start},"endValue":${end}}`);
}
