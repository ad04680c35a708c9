/** One thread of a Firefox profile as a profile of ours. */
import { ProfileBuilder } from '../builder';
import type { Profile } from '../types';
import { frameMapper } from './gecko-frames';
import type { GeckoContext } from './gecko-frames';
import { none } from './gecko-tables';
import type { GeckoSamples } from './gecko-tables';

export interface ThreadTiming {
  /** What the sampler was told, ms. */
  intervalMs: number;
  /** When this process's clock started on the file's clock, µs. */
  offsetUs: number;
  /** Where the result's times begin on the file's clock, µs. */
  originUs: number;
  /** Whether threads are sampled while they sleep, as Firefox does: then a long gap is a late sampler, not a sleeping thread. */
  samplesSleepers: boolean;
}

export interface BuiltThread {
  profile: Profile;
  /** Time between samples that no sample stands for, µs. */
  asleepUs: number;
  /** Samples that weigh less than nothing: freed memory, or differences of two profiles. */
  negative: number;
}

/** Names of categories that say what the thread did and no function says. */
const pseudoFrames: ReadonlyMap<string, string> = new Map([
  ['Idle', '(idle)'],
  ['GC / CC', '(garbage collector)'],
]);

/** Later than this (2^53 µs are 285 years), doubles no longer count µs. */
const latestUs = 2 ** 53;

/**
 * When each sample was taken, µs on the file's clock; null when the file has no times.
 * @throws ProfileFormatError
 */
export function sampleTimes(
  samples: GeckoSamples,
  offsetUs: number,
  { reader, place }: GeckoContext,
): Float64Array | null {
  const { time, timeDeltas, stack } = samples;
  const column = time.length > 0 ? time : timeDeltas;
  if (column.length === 0) return null;
  if (column.length !== stack.length)
    throw reader.malformed(
      `expected ${stack.length} times, as many as stacks, found ${column.length}`,
      `${place}.samples`,
    );
  const times = new Float64Array(column.length);
  let now = 0;
  for (let i = 0; i < times.length; i++) {
    const value = column.values[i]!;
    if (!Number.isNaN(value)) now = column === time ? value : now + value;
    // Times are written in ms with up to nine digits behind the point; what is less than a ns comes from adding.
    times[i] = Math.round(now * 1e6) / 1e3 + offsetUs;
    if (!(Math.abs(times[i]!) < latestUs))
      throw reader.malformed(`the time ${value} is beyond measure`, `${place}.samples.time[${i}]`);
  }
  return times;
}

/** @throws ProfileFormatError */
export function buildThread(
  context: GeckoContext,
  samples: GeckoSamples,
  categories: readonly string[],
  timing: ThreadTiming,
): BuiltThread {
  const times = samples.weightType === 'bytes' ? null : sampleTimes(samples, timing.offsetUs, context);
  const unit = samples.weightType === 'bytes' ? 'bytes' : times ? 'microseconds' : 'count';
  const builder = new ProfileBuilder(unit);
  const nodeOf = stackMapper(context, builder, categories);
  const result: BuiltThread = { profile: builder.profile, asleepUs: 0, negative: 0 };
  const { stack, weight } = samples;
  if (weight.length > 0 && weight.length !== stack.length)
    throw context.reader.malformed(
      `expected ${stack.length} weights, as many as stacks, found ${weight.length}`,
      `${context.place}.samples.weight`,
    );
  const weightOf = (i: number) => {
    const value = i < weight.length ? weight.values[i]! : 1;
    if (value < 0) result.negative++;
    return value > 0 && value < latestUs ? value : 0;
  };
  if (!times) {
    for (let i = 0; i < stack.length; i++) {
      const value = weightOf(i);
      if (value > 0 && stack.values[i] !== none) builder.addWeighted(nodeOf(stack.values[i]!), value);
    }
    return result;
  }
  const order = inOrder(times);
  for (let k = 0; k < stack.length; k++) {
    const i = order ? order[k]! : k;
    const value = weightOf(i);
    const start = times[i]! - timing.originUs;
    const next = k + 1 < stack.length ? times[order ? order[k + 1]! : k + 1]! - timing.originUs : Infinity;
    if (stack.values[i] === none || value === 0) {
      builder.finish(start);
      continue;
    }
    const own =
      samples.weightType === 'tracing-ms'
        ? value * 1000
        : Math.min(value * timing.intervalMs * 1000, latestUs);
    const lasts = next - start;
    const late =
      samples.weightType === 'samples' && (timing.samplesSleepers || lasts <= Math.max(4 * own, 5000));
    builder.addSample(nodeOf(stack.values[i]!), start);
    if (late && next !== Infinity) continue;
    builder.finish(start + Math.min(own, lasts));
    if (next !== Infinity) result.asleepUs += Math.max(0, lasts - own);
  }
  builder.finish();
  return result;
}

/** Stack index of the file → node of the builder, with a pseudo-function on top where the category asks for one. */
function stackMapper(
  context: GeckoContext,
  builder: ProfileBuilder,
  categories: readonly string[],
): (stack: number) => number {
  const { tables, reader, place } = context;
  const { frame, prefix, category } = tables.stack;
  const count = frame.length;
  if (prefix.length !== count)
    throw reader.malformed(`expected ${count} prefixes, found ${prefix.length}`, `${place}.stackTable`);
  const frameOf = frameMapper(context, builder);
  const mapped = new Int32Array(count).fill(-1);
  const categoryOf = new Int32Array(count).fill(none);
  const pseudo = categories.map((name) => pseudoFrames.get(name));
  const pending: number[] = [];
  const lineOf = (stack: number) => {
    const index = frame.values[stack]!;
    return index < tables.frame.line.length ? tables.frame.line.values[index]! : 0;
  };
  return (leaf) => {
    let stack = leaf;
    for (; stack !== none && (stack >= count || mapped[stack] === -1); stack = prefix.values[stack]!) {
      if (stack >= count) throw reader.malformed(`there is no stack ${stack}`, `${place}.stackTable`);
      pending.push(stack);
      if (pending.length > count)
        throw reader.malformed(`the stack ${leaf} is its own ancestor`, `${place}.stackTable.prefix`);
    }
    while (pending.length > 0) {
      const inner = pending.pop()!;
      const outer = prefix.values[inner]!;
      const frameIndex = frame.values[inner]!;
      const added = frameOf(frameIndex);
      // Firefox writes the root as an outermost frame of its own.
      const isRoot = outer === none && added === builder.profile.nodes.frame[0];
      mapped[inner] = isRoot ? 0 : builder.addChild(outer === none ? 0 : mapped[outer]!, added);
      const own =
        inner < category.length
          ? category.values[inner]!
          : frameIndex < tables.frame.category.length
            ? tables.frame.category.values[frameIndex]!
            : none;
      categoryOf[inner] = own !== none ? own : outer === none ? none : categoryOf[outer]!;
    }
    const node = mapped[leaf]!;
    if (lineOf(leaf) > 0) builder.addTicks(node, lineOf(leaf), 1);
    const onTop = pseudo[categoryOf[leaf]!];
    return onTop === undefined ? node : builder.addChild(node, builder.addFrame(onTop, '', 0, 0));
  };
}

/** Indices by time, or null when they are in order already. */
function inOrder(times: Float64Array): Float64Array | null {
  for (let i = 1; i < times.length; i++)
    if (times[i]! < times[i - 1]!)
      return Float64Array.from(times.keys()).sort((a, b) => times[a]! - times[b]! || a - b);
  return null;
}
