/**
 * The JSON of `node --prof-process --preprocess isolate….log`: V8's table of all code, and ticks with their stacks
 * (v8/tools/profile.mjs, `JsonProfile`). 0x keeps the same file in its folder.
 */
import { ProfileBuilder } from '../builder';
import { Float64Column, Int32Column } from '../columns';
import { JsonReader } from './json-reader';
import type { ByteSource } from './source';
import type { FileHead, ImportedFile, Importer, ParseOptions } from './types';
import { addCodeFrame } from './v8-log-names';
import type { V8Code } from './v8-log-names';

export const v8Prof: Importer = {
  id: 'v8-prof',
  title: 'Preprocessed log of node --prof',
  extensions: ['.json'],
  detect({ text }: FileHead): boolean {
    const start = text.replace(/^\uFEFF/, '').trimStart();
    return (
      start.startsWith('{') &&
      /"code"\s*:\s*\[/.test(start) &&
      /"type"\s*:\s*"(?:SHARED_LIB|CPP|JS|CODE)"|"ticks"\s*:\s*\[\s*(?:\]|\{\s*"tm")/.test(start)
    );
  },
  parse: parseV8Prof,
};

/** What the VM was doing, of V8's `StateTag` (v8/include/v8-unwinder.h). */
const stateGc = 1;
const stateIdle = 8;
/** What V8 samples at when nobody says anything else (`--prof-sampling-interval`). */
const usualIntervalUs = 1000;
const latestUs = 2 ** 53;

class Log {
  readonly codes: V8Code[] = [];
  readonly tickTime = new Float64Column();
  readonly tickState = new Int32Column();
  /** Indices of code, innermost first; -1 = an address that nobody knows. */
  readonly stacks = new Int32Column();
  /** Where each tick's stack ends in `stacks`. */
  readonly stackEnd = new Int32Column();

  readCodes(reader: JsonReader): void {
    reader.enterArray();
    while (reader.nextItem()) {
      const code: V8Code = { name: '', type: '', kind: '' };
      reader.enterObject();
      for (let key = reader.nextKey(); key !== null; key = reader.nextKey())
        if (key === 'name') code.name = reader.string();
        else if (key === 'type') code.type = reader.name();
        else if (key === 'kind') code.kind = reader.peek() === 'string' ? reader.name() : (reader.skip(), '');
        else reader.skip();
      this.codes.push(code);
    }
  }

  readTicks(reader: JsonReader): void {
    reader.enterArray();
    while (reader.nextItem()) {
      let time = Number.NaN;
      let state = 0;
      reader.enterObject();
      for (let key = reader.nextKey(); key !== null; key = reader.nextKey())
        if (key === 'tm') time = reader.number();
        else if (key === 'vm') state = reader.number();
        else if (key === 's') this.readStack(reader);
        else reader.skip();
      if (Number.isNaN(time)) throw reader.malformed('expected a tick with a time "tm", found none');
      if (!(Math.abs(time) < latestUs)) throw reader.malformed(`the time ${time} is beyond measure`);
      this.tickTime.push(time);
      this.tickState.push(state);
      this.stackEnd.push(this.stacks.length);
    }
  }

  /** Pairs [code, offset in it]. */
  private readStack(reader: JsonReader): void {
    reader.enterArray();
    while (reader.nextItem()) {
      const code = reader.number();
      if (code !== (code | 0) || code < -1)
        throw reader.malformed(`expected the index of code, found ${code}`);
      this.stacks.push(code);
      if (!reader.nextItem()) throw reader.malformed('expected pairs of code and offset');
      reader.skip();
    }
  }
}

/** @throws ProfileFormatError */
export function parseV8Prof(source: ByteSource, options: ParseOptions = {}): ImportedFile {
  const reader = new JsonReader(source, {
    expected: 'a log of node --prof that was preprocessed',
    hint: 'Run "node --prof-process --preprocess isolate….log > profile.json" again, with the same version of Node that wrote the log.',
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  const log = new Log();
  let hasTicks = false;
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    if (key === 'code') log.readCodes(reader);
    else if (key === 'ticks') {
      hasTicks = true;
      log.readTicks(reader);
    } else reader.skip();
  }
  reader.finish();
  if (!hasTicks) throw reader.malformed('it has no "ticks"', '');
  return built(log, reader, source.name, options);
}

function built(log: Log, reader: JsonReader, name: string, options: ParseOptions): ImportedFile {
  const { codes, tickTime, tickState, stacks, stackEnd } = log;
  const count = tickTime.length;
  const builder = new ProfileBuilder('microseconds');
  const frames = new Int32Array(codes.length).fill(-2);
  const node = new Int32Array(count);
  let nameless = 0;
  for (let tick = 0; tick < count; tick++) {
    const innermost = tick === 0 ? 0 : stackEnd.values[tick - 1]!;
    const outermost = stackEnd.values[tick]! - 1;
    const state = tickState.values[tick]!;
    const native = state !== stateGc && state !== stateIdle;
    let at = 0;
    for (let i = outermost; i >= innermost; i--) {
      const code = stacks.values[i]!;
      if (code === -1) continue;
      if (code >= codes.length) throw reader.malformed(`there is no code ${code}`, `ticks[${tick}].s`);
      // While V8 collects garbage or waits, the machine code on top is its own, and the state tells more than its name.
      if (!native && codes[code]!.type !== 'JS') continue;
      if (frames[code] === -2) frames[code] = addCodeFrame(builder, codes[code]!);
      if (frames[code] !== -1) at = builder.addChild(at, frames[code]!);
    }
    if (state === stateGc) at = builder.addChild(at, builder.addFrame('(garbage collector)', '', 0, 0));
    else if (state === stateIdle) at = builder.addChild(0, builder.addFrame('(idle)', '', 0, 0));
    else if (at === 0) at = builder.addChild(0, builder.addFrame('(program)', '', 0, 0));
    else if (outermost >= innermost && stacks.values[innermost] === -1) nameless++;
    node[tick] = at;
  }
  addInOrder(builder, node, tickTime.values.subarray(0, count), options.originUs);
  const notes =
    nameless > 0
      ? [
          `${nameless.toLocaleString('en-US')} of ${count.toLocaleString('en-US')} ticks were in machine code without a name; they count to the function that called it.`,
        ]
      : [];
  if (count === 0) notes.push('The log has no ticks: the program ended before V8 took the first.');
  return { format: 'v8-prof', profiles: [{ name, profile: builder.profile }], notes };
}

/** The ticks as samples; the last one stands for as long as ticks were apart on average. */
function addInOrder(
  builder: ProfileBuilder,
  node: Int32Array,
  time: Float64Array,
  originUs: number | undefined,
): void {
  if (time.length === 0) return;
  const order = Float64Array.from(time.keys()).sort((a, b) => time[a]! - time[b]! || a - b);
  const first = time[order[0]!]!;
  const last = time[order[order.length - 1]!]!;
  const origin = originUs ?? first;
  for (const tick of order) builder.addSample(node[tick]!, time[tick]! - origin);
  builder.finish(
    last - origin + (time.length > 1 ? Math.round((last - first) / (time.length - 1)) : usualIntervalUs),
  );
}
