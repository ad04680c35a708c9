/**
 * Builds a profile by appending: frames, nodes and samples one by one, whole V8 chunks, or the deltas of another
 * builder. A live recording, a journal and a file all become profiles through this class.
 */
import { categorise, categoryIndex } from './categories';
import { withRoom } from './columns';
import { ProfileFormatError } from './errors';
import { PairTable } from './pair-table';
import { readChunk } from './v8-chunk';
import type { ChunkColumns } from './v8-chunk';
import type { Profile, ProfileDelta, ProfileUnit, V8CpuProfile } from './types';

/** How far somebody has followed a builder. Opaque; made by `newCursor`, moved by `takeDelta`. */
export interface ProfileCursor {
  frame: number;
  node: number;
  sample: number;
  /** Position in the builder's log of line ticks, or null before the first delta (then all ticks are sent). */
  tick: number | null;
  /** Position in the builder's list of deoptimisations. */
  deopt: number;
  startUs: number;
  endUs: number;
}

/**
 * Sample weights. In a timed profile a sample stands for the time until the next one, so the newest sample is
 * *pending* (weight 0) until the next arrives or `finish` closes it. Deltas carry only samples that are final:
 * whoever applies them never sees a weight change.
 */
export class ProfileBuilder {
  /** Stays the same object; its arrays are replaced when they grow. */
  readonly profile: Profile;

  private readonly frameIds = new Map<string, number>();
  private readonly childIds = new PairTable(256);
  /** Samples before this index have their final weight. */
  private finalSamples = 0;
  private hasTime = false;
  /** Line ticks as [node, line, ticks] triples since `tickLogStart`, kept only while cursors need them. */
  private tickLog: number[] = [];
  private tickLogStart = 0;
  /** Every [node, reason] in the order in which they became known; there are few. */
  private readonly deopts: [node: number, reason: string][] = [];
  private readonly cursors: ProfileCursor[] = [];

  constructor(unit: ProfileUnit) {
    this.profile = {
      unit,
      frames: {
        length: 0,
        name: [],
        url: [],
        line: new Int32Array(64),
        column: new Int32Array(64),
        category: new Uint8Array(64),
        packageName: [],
      },
      nodes: { length: 0, frame: new Int32Array(64), parent: new Int32Array(64), depth: new Int32Array(64) },
      samples: {
        length: 0,
        node: new Int32Array(256),
        timeUs: new Float64Array(256),
        weight: new Float64Array(256),
      },
      startUs: 0,
      endUs: 0,
      lineTicks: new Map(),
    };
    this.pushNode(-1, this.addFrame('(root)', '', 0, 0));
  }

  /** The frame's index. `line` and `column` are 1-based, 0 = unknown. The same function is the same frame. */
  addFrame(name: string, url: string, line: number, column: number): number {
    const shown = name === '' ? '(anonymous)' : name;
    const key = `${shown}\n${url}\n${line}\n${column}`;
    const known = this.frameIds.get(key);
    if (known !== undefined) return known;
    const { frames } = this.profile;
    const id = frames.length++;
    const { category, packageName } = categorise(shown, url);
    frames.line = withRoom(frames.line, id + 1);
    frames.column = withRoom(frames.column, id + 1);
    frames.category = withRoom(frames.category, id + 1);
    frames.name.push(shown);
    frames.url.push(url);
    frames.packageName.push(packageName);
    frames.line[id] = line;
    frames.column[id] = column;
    frames.category[id] = categoryIndex(category);
    this.frameIds.set(key, id);
    return id;
  }

  /** The index of the node for `frame` called from `parentNode`; node 0 is the root. */
  addChild(parentNode: number, frame: number): number {
    const known = this.childIds.get(parentNode, frame);
    return known === -1 ? this.pushNode(parentNode, frame) : known;
  }

  /**
   * Appends a sample taken at `timeUs` (µs since the origin) and makes the sample before it final.
   * A time before the newest sample's is taken as that sample's time: times never decrease.
   */
  addSample(node: number, timeUs: number): void {
    const { samples } = this.profile;
    const time = samples.length > 0 ? Math.max(timeUs, samples.timeUs[samples.length - 1]!) : timeUs;
    this.closePending(time);
    this.pushSample(node, time, 0);
    this.cover(time, time);
  }

  /** Appends a sample without time that weighs `weight` in the profile's unit (allocations). It is final at once. */
  addWeighted(node: number, weight: number): void {
    this.closePending(this.profile.endUs);
    this.pushSample(node, 0, weight);
    this.finalSamples = this.profile.samples.length;
  }

  /**
   * Appends a chunk of a V8 CPU profile. `originUs` is the run's start on V8's clock.
   *
   * Chunks come in order and overlap (the next console profile starts before the last one ends): samples not after the
   * newest one already here are dropped. V8 may write samples out of order (negative `timeDeltas`); they are sorted.
   * A gap between chunks – a suspended process – neither loses nor invents time: the sample before it lasts until the
   * sample after it. Line ticks of the few samples seen by two chunks count twice; V8 gives no way to tell them apart.
   */
  appendV8Chunk(chunk: V8CpuProfile, originUs: number): void {
    const columns = readChunk(chunk);
    const { nodes, order, sampleNode, sampleTime } = columns;
    const mapped = this.mapNodes(columns);
    for (const index of order) {
      const { positionTicks, deoptReason } = nodes[index]!;
      if (deoptReason) this.addDeoptReason(mapped[index]!, deoptReason);
      if (positionTicks)
        for (const tick of positionTicks) this.addTicks(mapped[index]!, tick.line, tick.ticks);
    }
    this.cover(chunk.startTime - originUs, chunk.startTime - originUs);
    const { samples } = this.profile;
    const seenUs = samples.length > 0 ? samples.timeUs[samples.length - 1]! : -Infinity;
    for (let i = 0; i < sampleNode.length; i++) {
      const timeUs = sampleTime[i]! - originUs;
      if (timeUs > seenUs) this.addSample(mapped[sampleNode[i]!]!, timeUs);
    }
    this.cover(chunk.endTime - originUs, chunk.endTime - originUs);
  }

  /** The nodes of a V8 profile that have hits, as nodes of this builder, for profiles that come without samples. */
  hitsOf(chunk: V8CpuProfile): { node: number; hits: number }[] {
    const columns = readChunk(chunk);
    const mapped = this.mapNodes(columns);
    const found: { node: number; hits: number }[] = [];
    for (const index of columns.order) {
      const hits = columns.nodes[index]!.hitCount ?? 0;
      if (hits > 0) found.push({ node: mapped[index]!, hits });
    }
    return found;
  }

  /** Adds samples seen on a source line (1-based) of a node. */
  addTicks(node: number, line: number, ticks: number): void {
    let lines = this.profile.lineTicks.get(node);
    if (!lines) {
      lines = new Map<number, number>();
      this.profile.lineTicks.set(node, lines);
    }
    lines.set(line, (lines.get(line) ?? 0) + ticks);
    if (this.cursors.length > 0) this.tickLog.push(node, line, ticks);
  }

  /** Adds why V8 gave up optimised code of a node's function. Several reasons of one node are joined with `; `. */
  addDeoptReason(node: number, reason: string): void {
    if (reason === '' || reason === 'no reason') return;
    const reasons = (this.profile.deoptReasons ??= new Map<number, string>());
    const known = reasons.get(node);
    if (known?.split('; ').includes(reason)) return;
    reasons.set(node, known === undefined ? reason : `${known}; ${reason}`);
    this.deopts.push([node, reason]);
  }

  /**
   * Closes the newest sample: it lasts until `endUs`, by default the last instant the profile knows of (the end of the
   * last chunk). Idempotent; samples may still follow, the time between stays unaccounted then.
   */
  finish(endUs?: number): void {
    const end = Math.max(endUs ?? -Infinity, this.hasTime ? this.profile.endUs : -Infinity);
    if (end === -Infinity) return;
    this.closePending(end);
    this.cover(end, end);
  }

  /** A cursor at the very beginning: its first delta brings everything that is here. Make one per follower and keep it. */
  newCursor(): ProfileCursor {
    const cursor: ProfileCursor = {
      frame: 1,
      node: 1,
      sample: 0,
      tick: null,
      deopt: 0,
      startUs: 0,
      endUs: 0,
    };
    this.cursors.push(cursor);
    return cursor;
  }

  /**
   * What was appended since the cursor's last delta, or null when there is nothing new. The pending sample is held back
   * until it is final.
   */
  takeDelta(cursor: ProfileCursor): ProfileDelta | null {
    const { profile } = this;
    const { frames, nodes } = profile;
    const lineTicks =
      cursor.tick === null ? this.allTicks() : this.tickLog.slice(cursor.tick - this.tickLogStart);
    const nothing =
      cursor.frame === frames.length &&
      cursor.node === nodes.length &&
      cursor.sample === this.finalSamples &&
      lineTicks.length === 0 &&
      cursor.deopt === this.deopts.length &&
      cursor.startUs === profile.startUs &&
      cursor.endUs === profile.endUs;
    const delta = nothing ? null : this.deltaFrom(cursor, lineTicks);
    cursor.frame = frames.length;
    cursor.node = nodes.length;
    cursor.sample = this.finalSamples;
    cursor.startUs = profile.startUs;
    cursor.endUs = profile.endUs;
    cursor.deopt = this.deopts.length;
    cursor.tick = this.tickLogStart + this.tickLog.length;
    this.trimTickLog();
    return delta;
  }

  /** Everything final as one delta for an empty builder. Later deltas of a cursor that is up to date continue from it. */
  wholeAsDelta(): ProfileDelta {
    return this.deltaFrom({ frame: 1, node: 1, sample: 0, deopt: 0 }, this.allTicks());
  }

  /**
   * Appends what `takeDelta` or `wholeAsDelta` of another builder brought.
   * @throws ProfileFormatError when the delta does not continue exactly where this profile ends, or refers to nothing;
   * the profile is unchanged then.
   */
  applyDelta(delta: ProfileDelta): void {
    this.checkDelta(delta);
    const { frames, nodes, samples } = delta;
    for (let i = 0; i < frames.name.length; i++)
      this.addFrame(frames.name[i]!, frames.url[i]!, frames.line[i]!, frames.column[i]!);
    for (let i = 0; i < nodes.frame.length; i++) this.pushNode(nodes.parent[i]!, nodes.frame[i]!);
    for (let i = 0; i < samples.node.length; i++)
      this.pushSample(samples.node[i]!, samples.timeUs[i]!, samples.weight[i]!);
    for (let i = 0; i + 2 < delta.lineTicks.length; i += 3)
      this.addTicks(delta.lineTicks[i]!, delta.lineTicks[i + 1]!, delta.lineTicks[i + 2]!);
    for (const [node, reason] of delta.deoptReasons ?? []) this.addDeoptReason(node, reason);
    this.finalSamples = this.profile.samples.length;
    this.profile.startUs = delta.startUs;
    this.profile.endUs = delta.endUs;
    this.hasTime ||= delta.startUs !== 0 || delta.endUs !== 0;
  }

  /** The chunk's nodes as nodes of this builder; -1 where they hang in nothing. */
  private mapNodes({ nodes, order, parentIndex }: ChunkColumns): Int32Array {
    const mapped = new Int32Array(nodes.length).fill(-1);
    for (const index of order) {
      const { functionName, url, lineNumber, columnNumber } = nodes[index]!.callFrame;
      const parent = parentIndex[index]!;
      if (parent === -1 && functionName === '(root)') mapped[index] = 0;
      else {
        const frame = this.addFrame(functionName, url, lineNumber + 1, columnNumber + 1);
        mapped[index] = this.addChild(parent === -1 ? 0 : mapped[parent]!, frame);
      }
    }
    return mapped;
  }

  private pushNode(parent: number, frame: number): number {
    const { nodes } = this.profile;
    const id = nodes.length++;
    nodes.frame = withRoom(nodes.frame, id + 1);
    nodes.parent = withRoom(nodes.parent, id + 1);
    nodes.depth = withRoom(nodes.depth, id + 1);
    nodes.frame[id] = frame;
    nodes.parent[id] = parent;
    nodes.depth[id] = parent === -1 ? 0 : nodes.depth[parent]! + 1;
    if (parent !== -1) this.childIds.set(parent, frame, id);
    return id;
  }

  private pushSample(node: number, timeUs: number, weight: number): void {
    const { samples } = this.profile;
    const id = samples.length++;
    if (id === samples.node.length) {
      samples.node = withRoom(samples.node, id + 1);
      samples.timeUs = withRoom(samples.timeUs, id + 1);
      samples.weight = withRoom(samples.weight, id + 1);
    }
    samples.node[id] = node;
    samples.timeUs[id] = timeUs;
    samples.weight[id] = weight;
  }

  private closePending(untilUs: number): void {
    const { samples } = this.profile;
    if (this.finalSamples < samples.length) {
      const newest = samples.length - 1;
      samples.weight[newest] = Math.max(0, untilUs - samples.timeUs[newest]!);
      this.finalSamples = samples.length;
    }
  }

  private cover(startUs: number, endUs: number): void {
    const { profile } = this;
    profile.startUs = this.hasTime ? Math.min(profile.startUs, startUs) : startUs;
    profile.endUs = this.hasTime ? Math.max(profile.endUs, endUs) : endUs;
    this.hasTime = true;
  }

  private deltaFrom(
    from: { frame: number; node: number; sample: number; deopt: number },
    lineTicks: number[],
  ): ProfileDelta {
    const { frames, nodes, samples, unit, startUs, endUs } = this.profile;
    const framesEnd = frames.length;
    return {
      unit,
      firstFrame: from.frame,
      firstNode: from.node,
      firstSample: from.sample,
      frames: {
        name: frames.name.slice(from.frame, framesEnd),
        url: frames.url.slice(from.frame, framesEnd),
        line: Array.from(frames.line.subarray(from.frame, framesEnd)),
        column: Array.from(frames.column.subarray(from.frame, framesEnd)),
      },
      nodes: {
        frame: Array.from(nodes.frame.subarray(from.node, nodes.length)),
        parent: Array.from(nodes.parent.subarray(from.node, nodes.length)),
      },
      samples: {
        node: Array.from(samples.node.subarray(from.sample, this.finalSamples)),
        timeUs: Array.from(samples.timeUs.subarray(from.sample, this.finalSamples)),
        weight: Array.from(samples.weight.subarray(from.sample, this.finalSamples)),
      },
      lineTicks,
      ...(from.deopt < this.deopts.length && { deoptReasons: this.deopts.slice(from.deopt) }),
      startUs,
      endUs,
    };
  }

  private allTicks(): number[] {
    const triples: number[] = [];
    for (const [node, lines] of this.profile.lineTicks)
      for (const [line, ticks] of lines) triples.push(node, line, ticks);
    return triples;
  }

  /** Forgets what every cursor has taken. */
  private trimTickLog(): void {
    let oldest = this.tickLogStart + this.tickLog.length;
    for (const { tick } of this.cursors) if (tick !== null && tick < oldest) oldest = tick;
    if (oldest > this.tickLogStart) {
      this.tickLog.splice(0, oldest - this.tickLogStart);
      this.tickLogStart = oldest;
    }
  }

  private checkDelta(delta: ProfileDelta): void {
    const { unit, frames, nodes, samples } = this.profile;
    const refuse = (where: string, problem: string): never => {
      throw new ProfileFormatError('PROFILE_MALFORMED', `A profile delta does not fit: ${problem}.`, {
        where,
        hint: 'Start again from a whole profile; a delta was lost, repeated or damaged.',
      });
    };
    if (delta.unit !== unit) refuse('delta.unit', `it is in ${delta.unit}, the profile in ${unit}`);
    const starts = [
      ['firstFrame', delta.firstFrame, frames.length],
      ['firstNode', delta.firstNode, nodes.length],
      ['firstSample', delta.firstSample, samples.length],
    ] as const;
    for (const [name, got, expected] of starts)
      if (got !== expected) refuse(`delta.${name}`, `${name} is ${got}, the profile ends at ${expected}`);
    const framesEnd = frames.length + delta.frames.name.length;
    const nodesEnd = nodes.length + delta.nodes.frame.length;
    const lengthsDiffer =
      delta.frames.url.length !== delta.frames.name.length ||
      delta.frames.line.length !== delta.frames.name.length ||
      delta.frames.column.length !== delta.frames.name.length ||
      delta.nodes.parent.length !== delta.nodes.frame.length ||
      delta.samples.timeUs.length !== delta.samples.node.length ||
      delta.samples.weight.length !== delta.samples.node.length;
    if (lengthsDiffer) refuse('delta', 'its columns differ in length');
    for (let i = 0; i < delta.frames.name.length; i++) {
      const name = delta.frames.name[i] === '' ? '(anonymous)' : delta.frames.name[i]!;
      const key = `${name}\n${delta.frames.url[i]!}\n${delta.frames.line[i]!}\n${delta.frames.column[i]!}`;
      if (this.frameIds.has(key)) refuse(`delta.frames[${i}]`, `${name} is already in the profile`);
    }
    for (let i = 0; i < delta.nodes.frame.length; i++) {
      const frame = delta.nodes.frame[i]!;
      const parent = delta.nodes.parent[i]!;
      if (!(frame >= 0 && frame < framesEnd)) refuse(`delta.nodes[${i}].frame`, `there is no frame ${frame}`);
      if (!(parent >= 0 && parent < nodes.length + i))
        refuse(`delta.nodes[${i}].parent`, `${parent} is not an earlier node`);
    }
    for (let i = 0; i < delta.samples.node.length; i++) {
      const node = delta.samples.node[i]!;
      if (!(node >= 0 && node < nodesEnd)) refuse(`delta.samples[${i}].node`, `there is no node ${node}`);
    }
    for (let i = 0; i < delta.lineTicks.length; i += 3) {
      const node = delta.lineTicks[i]!;
      if (!(node >= 0 && node < nodesEnd)) refuse(`delta.lineTicks[${i}]`, `there is no node ${node}`);
    }
    for (const [i, [node]] of (delta.deoptReasons ?? []).entries())
      if (!(node >= 0 && node < nodesEnd)) refuse(`delta.deoptReasons[${i}]`, `there is no node ${node}`);
  }
}
