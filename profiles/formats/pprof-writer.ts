/**
 * Writes pprof's format (https://github.com/google/pprof/blob/main/proto/profile.proto), which Go's tools, Pyroscope, Parca,
 * Datadog and others read.
 */
import { gzipSync } from 'fflate';
import { keyOf } from '../frame-key';
import type { Profile, ProfileUnit } from '../types';
import { deepest, isTimed, selectSamples, selfOfNodes } from './export-selection';
import type { ExportSelection, NamedProfile } from './export-selection';
import { joinedBytes } from './byte-parts';
import { ProtobufWriter } from './pprof-encoding';

export interface WritePprofOptions extends ExportSelection {
  /** Readers of pprof expect it packed, and all of them also read it unpacked. Default true. */
  gzip?: boolean;
}

/** [type, unit, how many of the file's units make one of ours]; the last one is what tools show first. */
const sampleTypes: Record<ProfileUnit, readonly (readonly [string, string, number])[]> = {
  microseconds: [
    ['samples', 'count', 0],
    ['cpu', 'nanoseconds', 1000],
  ],
  bytes: [['inuse_space', 'bytes', 1]],
  count: [['samples', 'count', 1]],
};

/**
 * All profiles as one pprof file; they must have one unit. Of several, each sample carries its profile's name as the label
 * `thread`. Times are not kept, sums and numbers of samples per call path are.
 * @throws TypeError when the units differ
 */
export function writePprof(profiles: readonly NamedProfile[], options: WritePprofOptions = {}): Uint8Array[] {
  const { gzip = true, weights, ...selection } = options;
  const unit = profiles[0]?.profile.unit ?? 'microseconds';
  const types = sampleTypes[unit];
  const strings = new StringTable();
  const out = new ProtobufWriter();
  for (const [type, typeUnit] of types)
    out.message(1, (value) => {
      value.number(1, strings.idOf(type));
      value.number(2, strings.idOf(typeUnit));
    });
  const functions = new FunctionTable(strings);
  let totalWeight = 0;
  let totalCount = 0;
  let durationUs = 0;
  for (const { name, profile: whole } of profiles) {
    if (whole.unit !== unit)
      throw new TypeError(`cannot write ${whole.unit} and ${unit} into one pprof file`);
    const profile = selectSamples(whole, selection);
    const { weight, count } = selfOfNodes(profile);
    const stack = new Float64Array(deepest(profile) + 1);
    const labels = profiles.length > 1 ? ([strings.idOf('thread'), strings.idOf(name)] as const) : null;
    const idOf = new Float64Array(profile.frames.length);
    for (let node = 0; node < weight.length; node++) {
      if (count[node] === 0) continue;
      totalWeight += weight[node]!;
      totalCount += count[node]!;
      out.message(2, (sample) => {
        const depth = stackFromLeaf(
          profile,
          node,
          (frame) => (idOf[frame] ||= functions.idOf(profile, frame)),
          stack,
        );
        sample.packed(1, stack, depth);
        sample.packed(
          2,
          types.map(([, , scale]) => (scale === 0 ? count[node]! : Math.round(weight[node]! * scale))),
        );
        if (labels)
          sample.message(3, (label) => {
            label.number(1, labels[0]);
            label.number(2, labels[1]);
          });
      });
    }
    if (isTimed(profile)) durationUs = Math.max(durationUs, profile.endUs - profile.startUs);
  }
  functions.write(out);
  if (unit === 'microseconds') {
    out.number(10, Math.round(durationUs * 1000));
    out.message(11, (period) => {
      period.number(1, strings.idOf('cpu'));
      period.number(2, strings.idOf('nanoseconds'));
    });
    out.number(12, totalCount === 0 ? 0 : Math.round((totalWeight / totalCount) * 1000));
  }
  out.number(14, strings.idOf(weights === 'samples' ? types[0]![0] : types.at(-1)![0]));
  strings.write(out);
  const parts = out.take();
  return gzip ? [gzipSync(joinedBytes(parts), { level: 6, mtime: 0 })] : parts;
}

/** Location ids of the node's stack, innermost first; the root only when it was sampled itself. */
function stackFromLeaf(
  { nodes }: Profile,
  leaf: number,
  idOf: (frame: number) => number,
  into: Float64Array,
): number {
  let length = 0;
  let node = leaf;
  do {
    into[length++] = idOf(nodes.frame[node]!);
    node = nodes.parent[node]!;
  } while (node > 0);
  return length;
}

/** The first text must be the empty one. */
class StringTable {
  private readonly ids = new Map<string, number>([['', 0]]);

  idOf(text: string): number {
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    this.ids.set(text, this.ids.size);
    return this.ids.size - 1;
  }

  write(out: ProtobufWriter): void {
    for (const text of this.ids.keys()) out.string(6, text);
  }
}

/** Functions and their locations, which correspond one to one: a profile of V8 knows where functions begin, not which instruction ran. */
class FunctionTable {
  private readonly ids = new Map<string, number>();
  private readonly rows: { name: number; file: number; line: number; column: number }[] = [];

  constructor(private readonly strings: StringTable) {}

  /** The id of a profile's frame. Ids begin at 1. */
  idOf({ frames }: Profile, frame: number): number {
    const key = keyOf(frames, frame);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    this.ids.set(key, this.ids.size + 1);
    return this.rows.push({
      name: this.strings.idOf(frames.name[frame]!),
      file: this.strings.idOf(frames.url[frame]!),
      line: frames.line[frame]!,
      column: frames.column[frame]!,
    });
  }

  write(out: ProtobufWriter): void {
    this.rows.forEach(({ line, column }, index) => {
      out.message(4, (location) => {
        location.number(1, index + 1);
        location.message(4, (place) => {
          place.number(1, index + 1);
          place.number(2, line);
          place.number(3, column);
        });
      });
    });
    this.rows.forEach(({ name, file, line }, index) => {
      out.message(5, (fn) => {
        fn.number(1, index + 1);
        fn.number(2, name);
        fn.number(3, name);
        fn.number(4, file);
        fn.number(5, line);
      });
    });
  }
}
