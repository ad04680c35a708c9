/** What must be true of every profile, whatever file it came from. */
import { categories } from '../../types';
import type { Profile } from '../../types';
import { formatIds } from '../types';
import type { ImportedFile } from '../types';

/** @throws Error naming the first thing that does not hang together */
export function checkImportedFile({ format, profiles, notes }: ImportedFile): void {
  check(formatIds.includes(format), () => `the format ${format}`);
  check(profiles.length > 0, () => 'a file without profiles');
  for (const { name, pid, processName, profile } of profiles) {
    check(typeof name === 'string', () => `the profile name ${String(name)}`);
    check(pid === undefined || (Number.isSafeInteger(pid) && pid >= 0), () => `the process id ${pid}`);
    check(
      processName === undefined || typeof processName === 'string',
      () => `the process name ${processName}`,
    );
    checkProfile(profile);
  }
  check(
    notes.every((note) => typeof note === 'string' && note.trim() !== ''),
    () => 'an empty note',
  );
}

/** @throws Error naming the first thing that does not hang together */
export function checkProfile(profile: Profile): void {
  checkFrames(profile);
  checkNodes(profile);
  checkSamples(profile);
  const { lineTicks, deoptReasons, nodes } = profile;
  for (const [node, lines] of lineTicks) {
    check(inRange(node, nodes.length), () => `line ticks of node ${node}`);
    for (const [line, ticks] of lines)
      check(Number.isInteger(line) && line > 0 && isWeight(ticks), () => `${ticks} ticks on line ${line}`);
  }
  for (const [node, reason] of deoptReasons ?? [])
    check(inRange(node, nodes.length) && reason !== '', () => `a deoptimisation of node ${node}`);
}

function checkFrames({ frames }: Profile): void {
  const { length, name, url, packageName, line, column, category } = frames;
  check(length >= 1, () => 'no frames');
  for (const texts of [name, url, packageName]) check(texts.length >= length, () => 'a short text column');
  for (const numbers of [line, column, category])
    check(numbers.length >= length, () => 'a short frame column');
  for (let i = 0; i < length; i++) {
    check(typeof name[i] === 'string' && name[i] !== '', () => `the name of frame ${i}`);
    check(typeof url[i] === 'string', () => `the url of frame ${i}`);
    check(typeof packageName[i] === 'string', () => `the package of frame ${i}`);
    check(line[i]! >= 0 && column[i]! >= 0, () => `the place ${line[i]}:${column[i]} of frame ${i}`);
    check(category[i]! < categories.length, () => `the category of frame ${i}`);
  }
}

function checkNodes({ nodes, frames }: Profile): void {
  const { length, parent, frame, depth } = nodes;
  check(length >= 1 && parent[0] === -1 && depth[0] === 0, () => 'the root');
  for (const numbers of [parent, frame, depth]) check(numbers.length >= length, () => 'a short node column');
  for (let i = 0; i < length; i++) {
    check(inRange(frame[i]!, frames.length), () => `frame ${frame[i]} of node ${i}`);
    if (i === 0) continue;
    check(inRange(parent[i]!, i), () => `parent ${parent[i]} of node ${i}`);
    check(depth[i] === depth[parent[i]!]! + 1, () => `depth ${depth[i]} of node ${i}`);
  }
}

function checkSamples({ samples, nodes, startUs, endUs }: Profile): void {
  const { length, node, timeUs, weight } = samples;
  for (const numbers of [node, timeUs, weight])
    check(numbers.length >= length, () => 'a short sample column');
  check(
    Number.isFinite(startUs) && Number.isFinite(endUs) && startUs <= endUs,
    () => `time ${startUs}…${endUs}`,
  );
  let sum = 0;
  for (let i = 0; i < length; i++) {
    check(inRange(node[i]!, nodes.length), () => `node ${node[i]} of sample ${i}`);
    check(isWeight(weight[i]!), () => `weight ${weight[i]} of sample ${i}`);
    check(Number.isFinite(timeUs[i]), () => `time ${timeUs[i]} of sample ${i}`);
    check(
      i === 0 || timeUs[i]! >= timeUs[i - 1]!,
      () => `sample ${i} at ${timeUs[i]} after ${timeUs[i - 1]}`,
    );
    sum += weight[i]!;
  }
  check(Number.isFinite(sum), () => 'weights whose sum is infinite');
  if (length === 0 || (startUs === 0 && endUs === 0)) return;
  check(timeUs[0]! >= startUs, () => `the first sample at ${timeUs[0]}, before ${startUs}`);
  check(timeUs[length - 1]! <= endUs, () => `the last sample at ${timeUs[length - 1]}, after ${endUs}`);
}

function inRange(index: number, length: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < length;
}

function isWeight(weight: number): boolean {
  return Number.isFinite(weight) && weight >= 0;
}

function check(holds: boolean, what: () => string): void {
  if (!holds) throw new Error(`an inconsistent profile: ${what()}`);
}
