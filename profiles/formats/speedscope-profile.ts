/** One profile of a speedscope file, evented or sampled, read into columns before it is known what its frames are. */
import { Float64Column, Int32Column } from '../columns';
import type { JsonReader } from './json-reader';
import { StackTable } from './stack-table';

const units = ['none', 'nanoseconds', 'microseconds', 'milliseconds', 'seconds', 'bytes'] as const;
export type SpeedscopeUnit = (typeof units)[number];

export function isTime(unit: SpeedscopeUnit): boolean {
  return unit !== 'none' && unit !== 'bytes';
}

/** How many µs, bytes or counts one of the unit is. */
export function unitScale(unit: SpeedscopeUnit): number {
  return { none: 1, bytes: 1, nanoseconds: 1e-3, microseconds: 1, milliseconds: 1e3, seconds: 1e6 }[unit];
}

export interface SpeedscopeProfile {
  name: string;
  unit: SpeedscopeUnit;
  /** In the file's unit. */
  start: number;
  end: number;
  stacks: StackTable;
  /** One behind the other from `start` on; node 0 is time with nothing on the stack. Weights in the file's unit. */
  samples: { node: Int32Column; weight: Float64Column };
  highestFrame: number;
  highestFramePlace: string;
}

/** @throws ProfileFormatError naming the place */
export function readSpeedscopeProfile(reader: JsonReader): SpeedscopeProfile {
  return new ProfileReading(reader).read();
}

class ProfileReading {
  private readonly place: string;
  private readonly stacks = new StackTable();
  private readonly node = new Int32Column(16);
  /** Of sampled profiles: as in the file. Of evented ones: the time until the next event. */
  private weight = new Float64Column(16);
  private firstAt: number | null = null;
  private lastAt = 0;
  /** What is still open behind the last event. */
  private open = 0;
  private highestFrame = -1;
  private highestFramePlace = '';

  constructor(private readonly reader: JsonReader) {
    this.place = reader.place();
  }

  read(): SpeedscopeProfile {
    const { reader } = this;
    let name = '';
    let type: string | null = null;
    let unit: SpeedscopeUnit | null = null;
    let start: number | null = null;
    let end: number | null = null;
    let content: 'events' | 'samples' | null = null;
    let hasWeights = false;
    reader.enterObject();
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
      if (key === 'type') type = this.type();
      else if (key === 'name') name = reader.peek() === 'string' ? reader.string() : this.skipped('');
      else if (key === 'unit') unit = this.unit();
      else if (key === 'startValue') start = reader.number();
      else if (key === 'endValue') end = reader.number();
      else if (key === 'weights') {
        this.weights(hasWeights || content === 'events');
        hasWeights = true;
      } else if (key === 'events' || key === 'samples') {
        if (content !== null || (key === 'events' && hasWeights))
          throw reader.malformed('a profile has either events, or samples with weights, once');
        content = key;
        if (key === 'events') this.events();
        else this.samples();
      } else reader.skip();
    }
    type ??= content === 'events' ? 'evented' : 'sampled';
    const expected = type === 'evented' ? 'events' : 'samples';
    if (content !== expected)
      throw reader.inconsistent(this.place, `a profile that is ${type} needs "${expected}"`);
    if (unit === null) throw reader.inconsistent(this.place, 'there is no "unit"');
    if (content === 'samples') this.checkWeights(hasWeights);
    return this.result(name, unit, start, end);
  }

  private result(
    name: string,
    unit: SpeedscopeUnit,
    start: number | null,
    end: number | null,
  ): SpeedscopeProfile {
    const { firstAt, stacks, node, weight, highestFrame, highestFramePlace } = this;
    let first = start ?? firstAt ?? 0;
    if (firstAt !== null) {
      // What is open at the end lasts until the end.
      this.until(Math.max(this.lastAt, end ?? this.lastAt));
      first = Math.min(first, firstAt);
      // The samples begin with the first event: what lies before it is time with nothing on the stack.
      if (firstAt > first) this.leadIn(firstAt - first);
    }
    return {
      name,
      unit,
      start: first,
      end: Math.max(first, end ?? first),
      stacks,
      samples: { node, weight },
      highestFrame,
      highestFramePlace,
    };
  }

  private skipped<T>(instead: T): T {
    this.reader.skip();
    return instead;
  }

  private type(): string {
    const type = this.reader.string();
    if (type !== 'evented' && type !== 'sampled')
      throw this.reader.malformed(
        `expected "evented" or "sampled", found ${JSON.stringify(type.slice(0, 40))}`,
      );
    return type;
  }

  private unit(): SpeedscopeUnit {
    const text = this.reader.string();
    const unit = units.find((known) => known === text);
    if (unit === undefined)
      throw this.reader.malformed(
        `expected a unit (${units.join(', ')}), found ${JSON.stringify(text.slice(0, 40))}`,
      );
    return unit;
  }

  private samples(): void {
    const { reader } = this;
    const stack = new Int32Column(64);
    reader.enterArray();
    while (reader.nextItem()) {
      stack.length = 0;
      reader.integers(stack);
      const { values, length } = stack;
      for (let i = 0; i < length; i++) this.seen(values[i]!);
      this.node.push(this.stacks.nodeOf(values, length));
    }
  }

  private weights(again: boolean): void {
    const { reader } = this;
    if (again) throw reader.malformed('a profile has either events, or samples with weights, once');
    reader.numbers(this.weight);
    for (let i = 0; i < this.weight.length; i++)
      if (this.weight.values[i]! < 0)
        throw reader.inconsistent(
          `${reader.place()}[${i}]`,
          `expected a weight, found ${this.weight.values[i]!}`,
        );
  }

  private checkWeights(hasWeights: boolean): void {
    const { length } = this.node;
    if (!hasWeights) throw this.reader.inconsistent(this.place, 'a profile with samples needs "weights"');
    if (this.weight.length !== length)
      throw this.reader.inconsistent(
        `${this.place}.weights`,
        `expected ${length} entries, as many as samples, found ${this.weight.length}`,
      );
  }

  private events(): void {
    const { reader } = this;
    reader.enterArray();
    while (reader.nextItem()) {
      let type = '';
      let frame = -1;
      let at: number | null = null;
      reader.enterObject();
      for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
        if (key === 'type') type = reader.name();
        else if (key === 'frame') frame = this.frameIndex();
        else if (key === 'at') at = reader.number();
        else reader.skip();
      }
      if (type !== 'O' && type !== 'C')
        throw reader.malformed(
          `expected an event of type "O" or "C", found ${JSON.stringify(type.slice(0, 40))}`,
        );
      if (frame === -1) throw reader.malformed('expected an event with a "frame"');
      if (at === null) throw reader.malformed('expected an event with "at"');
      this.event(type, frame, at);
    }
  }

  private event(type: 'O' | 'C', frame: number, at: number): void {
    const { reader, stacks } = this;
    if (this.firstAt === null) this.firstAt = this.lastAt = at;
    if (at < this.lastAt)
      throw reader.malformed(`events must be in order of time, found ${at} after ${this.lastAt}`);
    this.until(at);
    if (type === 'O') {
      this.open = stacks.child(this.open, frame);
      return;
    }
    if (this.open === 0) throw reader.malformed(`frame ${frame} is closed, but none is open`);
    const innermost = stacks.item.values[this.open]!;
    if (innermost !== frame)
      throw reader.malformed(`frame ${frame} is closed, but frame ${innermost} was opened last`);
    this.open = stacks.parent.values[this.open]!;
  }

  /** What is open is charged with the time until then. */
  private until(at: number): void {
    if (at > this.lastAt) {
      this.node.push(this.open);
      this.weight.push(at - this.lastAt);
    }
    this.lastAt = at;
  }

  private leadIn(duration: number): void {
    const { node, weight } = this;
    node.push(0);
    weight.push(0);
    node.values.copyWithin(1, 0, node.length - 1);
    weight.values.copyWithin(1, 0, weight.length - 1);
    node.values[0] = 0;
    weight.values[0] = duration;
  }

  private frameIndex(): number {
    const frame = this.reader.number();
    if (frame !== (frame | 0) || frame < 0)
      throw this.reader.malformed(`expected a frame's index, found ${frame}`);
    this.seen(frame);
    return frame;
  }

  private seen(frame: number): void {
    if (frame < 0) throw this.reader.malformed(`expected a frame's index, found ${frame}`);
    if (frame > this.highestFrame) {
      this.highestFrame = frame;
      this.highestFramePlace = this.reader.place();
    }
  }
}
