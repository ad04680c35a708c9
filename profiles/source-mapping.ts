/** A profile in terms of the sources that people wrote, given where source maps say that generated code comes from. */
import { categorise, categoryIndex } from './categories';
import type { Origin } from './categories';
import { moveReasons, moveTicks, remapSamples } from './transforms/remap';
import { PathTree } from './transforms/node-map';
import type { FrameTable, Profile } from './types';

/** Original positions as columns, one entry per position asked for; the answer to `sources.resolve`. */
export interface OriginalPositions {
  /** Original files that occur. */
  urls: string[];
  /** Index into `urls`; -1 where there is no mapping. */
  url: ArrayLike<number>;
  /** 1-based; 0 = unknown. */
  line: ArrayLike<number>;
  column: ArrayLike<number>;
  /** The function's name in the original; '' when the map does not tell. */
  name: readonly string[];
}

export interface SourceMapping {
  /** Where the functions of the profile's frames begin: one entry per frame (frames that came later stay as they ran). */
  frames: OriginalPositions;
  /**
   * Where a line of a script as it ran comes from; null when unknown, as when it comes from several lines. The ticks of such
   * lines stand at the first line of their function.
   */
  line?: (url: string, line: number) => { url: string; line: number } | null;
}

/**
 * The profile with functions called and placed as in their original sources. Functions that become equal (compiled twice,
 * in two bundles) are one, and so are the call paths over them. Category and package are told from the original file, so
 * that bundled packages are packages again. Times, weights and totals stay; the given profile does, too.
 */
export function mapProfile(profile: Profile, mapping: SourceMapping): Profile {
  const { frames, frameOf } = mapFrames(profile.frames, mapping.frames);
  const { nodes } = profile;
  const tree = new PathTree(frameOf[nodes.frame[0]!]!, nodes.length);
  const to = new Int32Array(nodes.length);
  for (let node = 1; node < nodes.length; node++)
    to[node] = tree.child(to[nodes.parent[node]!]!, frameOf[nodes.frame[node]!]!);
  return {
    ...profile,
    frames,
    nodes: tree.nodes,
    samples: remapSamples(profile.samples, to),
    lineTicks: moveTicks(profile.lineTicks, to, (node, target, line) => {
      const frame = nodes.frame[node]!;
      if ((mapping.frames.url[frame] ?? -1) === -1) return line;
      const original = mapping.line?.(profile.frames.url[frame]!, line);
      const own = tree.nodes.frame[target]!;
      // A minified line holds many original ones: its ticks are shown where the function begins.
      return original && original.url === frames.url[own] ? original.line : frames.line[own]!;
    }),
    ...(profile.deoptReasons && { deoptReasons: moveReasons(profile.deoptReasons, to, () => true) }),
  };
}

/** Positions as `sources.resolve` takes them. */
export interface AskedPositions {
  urls: string[];
  /** Triples [index into urls, line, column], flattened; column 0 = unknown. */
  positions: number[];
  /** The frame that each of the first positions is of; the others are lines that have ticks. */
  frame: Int32Array;
}

/** Everything of a profile that a source map could know: where its functions begin, and the lines that have ticks. */
export function positionsOf({ frames, nodes, lineTicks }: Profile): AskedPositions {
  const urls: string[] = [];
  const urlIds = new Map<string, number>();
  const positions: number[] = [];
  const add = (url: string, line: number, column: number) => {
    let id = urlIds.get(url);
    if (id === undefined) {
      id = urls.push(url) - 1;
      urlIds.set(url, id);
    }
    positions.push(id, line, column);
  };
  const isScript = (frame: number) => frames.url[frame] !== '' && frames.category[frame] !== node;
  const asked: number[] = [];
  for (let frame = 0; frame < frames.length; frame++) {
    if (!isScript(frame) || frames.line[frame] === 0) continue;
    asked.push(frame);
    add(frames.url[frame]!, frames.line[frame]!, frames.column[frame]!);
  }
  const seen = new Map<string, Set<number>>();
  for (const [at, lines] of lineTicks) {
    const frame = nodes.frame[at]!;
    if (!isScript(frame)) continue;
    const url = frames.url[frame]!;
    const known = seen.get(url) ?? new Set<number>();
    seen.set(url, known);
    for (const line of lines.keys()) if (line > 0) known.add(line);
  }
  for (const [url, lines] of seen) for (const line of lines) add(url, line, 0);
  return { urls, positions, frame: Int32Array.from(asked) };
}

/** What `mapProfile` needs, from the answer to `positionsOf` (one entry per triple, in order). */
export function mappingOf(
  profile: Profile,
  { urls, positions, frame }: AskedPositions,
  answer: OriginalPositions,
): SourceMapping {
  const { length } = profile.frames;
  const url = new Int32Array(length).fill(-1);
  const line = new Int32Array(length);
  const column = new Int32Array(length);
  const name = new Array<string>(length).fill('');
  for (let i = 0; i < frame.length; i++) {
    const at = frame[i]!;
    url[at] = answer.url[i] ?? -1;
    line[at] = answer.line[i] ?? 0;
    column[at] = answer.column[i] ?? 0;
    name[at] = answer.name[i] ?? '';
  }
  const lines = new Map<string, Map<number, { url: string; line: number }>>();
  for (let i = frame.length; i * 3 < positions.length; i++) {
    const original = answer.urls[answer.url[i] ?? -1];
    if (original === undefined) continue;
    const script = urls[positions[i * 3]!]!;
    const known = lines.get(script) ?? new Map<number, { url: string; line: number }>();
    lines.set(script, known);
    known.set(positions[i * 3 + 1]!, { url: original, line: answer.line[i] ?? 0 });
  }
  return {
    frames: { urls: answer.urls, url, line, column, name },
    line: (script, at) => lines.get(script)?.get(at) ?? null,
  };
}

const node = categoryIndex('node');

function mapFrames(
  from: FrameTable,
  positions: OriginalPositions,
): { frames: FrameTable; frameOf: Int32Array } {
  const frames: FrameTable = {
    length: 0,
    name: [],
    url: [],
    packageName: [],
    line: new Int32Array(from.length),
    column: new Int32Array(from.length),
    category: new Uint8Array(from.length),
  };
  const frameOf = new Int32Array(from.length);
  const known = new Map<string, number>();
  for (let frame = 0; frame < from.length; frame++) {
    const original = positions.urls[positions.url[frame] ?? -1];
    const isMapped = original !== undefined;
    const name = (isMapped && positions.name[frame]) || from.name[frame]!;
    const url = original ?? from.url[frame]!;
    const line = isMapped ? (positions.line[frame] ?? 0) : from.line[frame]!;
    const column = isMapped ? (positions.column[frame] ?? 0) : from.column[frame]!;
    const key = `${name}\n${url}\n${line}\n${column}`;
    let id = known.get(key);
    if (id === undefined) {
      id = frames.length++;
      known.set(key, id);
      const origin = isMapped ? originOf(name, url) : null;
      frames.name.push(name);
      frames.url.push(url);
      frames.packageName.push(origin?.packageName ?? from.packageName[frame]!);
      frames.line[id] = line;
      frames.column[id] = column;
      frames.category[id] = origin ? categoryIndex(origin.category) : from.category[frame]!;
    }
    frameOf[frame] = id;
  }
  return { frames, frameOf };
}

/** A source map's originals are the person's or a package's, even if they are called like one of Node's modules. */
function originOf(name: string, url: string): Origin {
  const origin = categorise(name, url);
  return origin.category === 'dependency' ? origin : { category: 'app', packageName: '' };
}
