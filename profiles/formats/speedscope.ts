/**
 * speedscope's own file format (https://www.speedscope.app/file-format-schema.json), which dozens of profilers of other
 * languages write too. Read as a stream: keys may come in any order, `shared.frames` before or after the profiles.
 */
import { ProfileBuilder } from '../builder';
import type { Profile } from '../types';
import { JsonReader } from './json-reader';
import type { ByteSource } from './source';
import { SpeedscopeFrames } from './speedscope-frames';
import { isTime, readSpeedscopeProfile, unitScale } from './speedscope-profile';
import type { SpeedscopeProfile } from './speedscope-profile';
import { addFrameTo } from './stack-table';
import type { FileHead, ImportedFile, Importer, ParseOptions } from './types';

/** More threads than any program has; a file of a million empty profiles must not take gigabytes. */
const maxProfiles = 20_000;

export const speedscope: Importer = {
  id: 'speedscope',
  title: 'speedscope profile',
  extensions: ['.speedscope.json', '.speedscope'],
  detect,
  parse,
};

function detect({ text }: FileHead): boolean {
  if (!/^[\uFEFF\s]*\{/.test(text)) return false;
  // Some writers escape slashes.
  if (/"\$schema"\s*:\s*"https?:\\?\/\\?\/www\.speedscope\.app\\?\/file-format-schema\.json"/.test(text))
    return true;
  if (/"shared"\s*:\s*\{\s*"frames"\s*:/.test(text)) return true;
  return /"profiles"\s*:\s*\[\s*\{/.test(text) && /"type"\s*:\s*"(?:evented|sampled)"/.test(text);
}

function parse(source: ByteSource, options: ParseOptions = {}): ImportedFile {
  const reader = new JsonReader(source, {
    expected: 'a speedscope file',
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  const frames = new SpeedscopeFrames();
  let profiles: SpeedscopeProfile[] | null = null;
  let hasFrames = false;
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    if (key === 'profiles') profiles = readProfiles(reader);
    else if (key === 'shared') hasFrames = readShared(reader, frames) || hasFrames;
    else reader.skip();
  }
  reader.finish();
  if (!profiles) throw reader.inconsistent('', 'there are no "profiles"');
  if (profiles.length === 0) throw reader.inconsistent('profiles', 'there is no profile in the file');
  if (!hasFrames) throw reader.inconsistent('', 'there are no "shared.frames"');
  for (const { highestFrame, highestFramePlace } of profiles)
    if (highestFrame >= frames.length)
      throw reader.inconsistent(
        highestFramePlace,
        `there is no frame ${highestFrame}, shared.frames has ${frames.length}`,
      );
  return { format: 'speedscope', profiles: importedOf(profiles, frames, reader, options), notes: [] };
}

function readShared(reader: JsonReader, frames: SpeedscopeFrames): boolean {
  let found = false;
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    if (key === 'frames') {
      frames.read(reader);
      found = true;
    } else reader.skip();
  }
  return found;
}

function readProfiles(reader: JsonReader): SpeedscopeProfile[] {
  const profiles: SpeedscopeProfile[] = [];
  reader.enterArray();
  while (reader.nextItem()) {
    if (profiles.length >= maxProfiles) throw reader.malformed(`more than ${maxProfiles} profiles`);
    profiles.push(readSpeedscopeProfile(reader));
  }
  return profiles;
}

function importedOf(
  read: readonly SpeedscopeProfile[],
  frames: SpeedscopeFrames,
  reader: JsonReader,
  options: ParseOptions,
): ImportedFile['profiles'] {
  let originUs = options.originUs ?? Infinity;
  if (options.originUs === undefined)
    for (const { unit, start } of read)
      if (isTime(unit)) originUs = Math.min(originUs, start * unitScale(unit));
  if (originUs === Infinity) originUs = 0;
  return read.map((profile, index) => {
    const made = profileOf(profile, frames, originUs);
    if (!Number.isFinite(made.startUs) || !Number.isFinite(made.endUs))
      throw reader.inconsistent(`profiles[${index}]`, 'its times are beyond what a number can hold');
    return { name: profile.name || `profile ${index + 1}`, profile: made };
  });
}

/** The read columns become the profile's: they are changed in place and must not be used afterwards. */
function profileOf(read: SpeedscopeProfile, frames: SpeedscopeFrames, originUs: number): Profile {
  const { unit, stacks, samples } = read;
  const timed = isTime(unit);
  const builder = new ProfileBuilder(timed ? 'microseconds' : unit === 'bytes' ? 'bytes' : 'count');
  const frameIds = new Map<number, number>();
  const nodeOf = stacks.build((parent, item) => {
    let frame = frameIds.get(item);
    if (frame === undefined) {
      frame = frames.addTo(builder, item);
      frameIds.set(item, frame);
    }
    return addFrameTo(builder, parent, frame);
  });
  const scale = unitScale(unit);
  const node = samples.node.values;
  const weight = samples.weight.values;
  const timeUs = new Float64Array(samples.node.length);
  const startUs = read.start * scale - originUs;
  let at = startUs;
  let length = 0;
  for (let i = 0; i < samples.node.length; i++) {
    const own = weight[i]! * scale;
    // Nothing on the stack: time goes on, but there is no sample.
    if (node[i] !== 0) {
      if (timed) timeUs[length] = at;
      weight[length] = own;
      node[length++] = nodeOf[node[i]!]!;
    }
    at += own;
  }
  return {
    ...builder.profile,
    samples: { length, node, timeUs, weight },
    startUs: timed ? startUs : 0,
    endUs: timed ? Math.max(at, read.end * scale - originUs) : 0,
  };
}
