/** Writes V8's `.cpuprofile` in parts, so that a profile of any length can be written without being one text. */
import { childLists } from '../grouping';
import type { Profile } from '../types';

const partNumbers = 8192;
const partChars = 65_536;

/**
 * A standard `.cpuprofile` of a CPU profile as one text; see `cpuProfileParts`. A text holds at most about 40 million
 * samples: V8's longest string is 512 MB.
 */
export function writeCpuProfile(profile: Profile, options: { originUs: number }): string {
  return [...cpuProfileParts(profile, options)].join('');
}

/**
 * The text of a standard `.cpuprofile` in parts. `originUs` puts the profile's times back on the recording's clock.
 * Reading it again gives the same totals; times are whole µs, as V8 writes them.
 */
export function* cpuProfileParts(
  profile: Profile,
  { originUs }: { originUs: number } = { originUs: 0 },
): Generator<string> {
  if (profile.unit !== 'microseconds') throw new TypeError('only CPU profiles can be written as .cpuprofile');
  const { samples } = profile;
  const startTime = Math.round(profile.startUs + originUs);
  const last = samples.length - 1;
  const lastUs = last >= 0 ? samples.timeUs[last]! + samples.weight[last]! : profile.endUs;
  const endTime = Math.round(Math.max(profile.endUs, lastUs) + originUs);
  yield '{"nodes":[';
  yield* nodeParts(profile);
  yield `],"startTime":${startTime},"endTime":${endTime},"samples":[`;
  yield* numberParts(samples.length, (i) => samples.node[i]! + 1);
  yield '],"timeDeltas":[';
  let previous = startTime;
  yield* numberParts(samples.length, (i) => {
    const time = Math.round(samples.timeUs[i]! + originUs);
    const delta = time - previous;
    previous = time;
    return delta;
  });
  yield ']}';
}

function* nodeParts(profile: Profile): Generator<string> {
  const { frames, nodes, samples, lineTicks, deoptReasons } = profile;
  const hits = new Uint32Array(nodes.length);
  for (let i = 0; i < samples.length; i++) hits[samples.node[i]!]!++;
  const { firstChild, nextSibling } = childLists(profile);
  const callFrames = Array.from({ length: frames.length }, (_, frame) =>
    JSON.stringify({
      functionName: frames.name[frame]! === '(anonymous)' ? '' : frames.name[frame]!,
      scriptId: '0',
      url: frames.url[frame]!,
      lineNumber: frames.line[frame]! - 1,
      columnNumber: frames.column[frame]! - 1,
    }),
  );
  let part = '';
  for (let node = 0; node < nodes.length; node++) {
    part += `${node === 0 ? '' : ','}{"id":${node + 1},"callFrame":${callFrames[nodes.frame[node]!]!},"hitCount":${hits[node]!}`;
    const children: number[] = [];
    for (let child = firstChild[node]!; child !== -1; child = nextSibling[child]!) children.push(child + 1);
    if (children.length > 0) part += `,"children":[${children.join(',')}]`;
    // Line 0 means that the line is not known; V8 writes no such ticks.
    const ticks = Array.from(lineTicks.get(node) ?? [], ([line, n]) => ({ line, ticks: n })).filter(
      ({ line }) => line > 0,
    );
    if (ticks.length > 0) part += `,"positionTicks":${JSON.stringify(ticks)}`;
    const reason = deoptReasons?.get(node);
    if (reason !== undefined) part += `,"deoptReason":${JSON.stringify(reason)}`;
    part += '}';
    if (part.length < partChars) continue;
    yield part;
    part = '';
  }
  if (part !== '') yield part;
}

/** Comma-separated numbers in parts of moderate length, so that a million samples never are a million strings at once. */
function* numberParts(count: number, valueAt: (index: number) => number): Generator<string> {
  for (let from = 0; from < count; from += partNumbers) {
    const part = new Array<number>(Math.min(partNumbers, count - from));
    for (let i = 0; i < part.length; i++) part[i] = valueAt(from + i);
    yield (from === 0 ? '' : ',') + part.join(',');
  }
}
