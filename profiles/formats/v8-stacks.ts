/**
 * The list of stacks that 0x makes of V8's log: `ticks.json` of `0x --write-ticks`, and what clinic flame keeps as
 * `….clinic-flame-samples`. One list of code per sample, outermost first; times and what the VM did are gone.
 */
import { ProfileBuilder } from '../builder';
import type { Profile } from '../types';
import { JsonReader } from './json-reader';
import type { JsonReaderOptions } from './json-reader';
import type { ByteSource } from './source';
import { addCodeFrame } from './v8-log-names';
import type { ParseOptions } from './types';

export interface V8Stacks {
  /** Unit `count`: one for each sample. */
  profile: Profile;
  notes: string[];
}

/** Whether a file that begins so is such a list. The first stacks are often empty. */
export function areV8Stacks(text: string): boolean {
  return (
    /^\s*\[\s*\[/.test(text) &&
    /^[\s[\],]*(?:$|\{\s*"name"\s*:)/.test(text) &&
    (/"type"\s*:\s*"(?:CPP|JS|CODE|SHARED_LIB)"/.test(text) || /^[\s[\],]*$/.test(text))
  );
}

/** @throws ProfileFormatError */
export function readV8Stacks(
  source: ByteSource,
  wanted: Pick<JsonReaderOptions, 'expected' | 'hint'>,
  { onProgress }: ParseOptions = {},
): V8Stacks {
  const reader = new JsonReader(source, { ...wanted, ...(onProgress && { onProgress }) });
  const builder = new ProfileBuilder('count');
  const code = { name: '', type: '', kind: '' };
  let empty = 0;
  let samples = 0;
  reader.enterArray();
  while (reader.nextItem()) {
    let node = 0;
    samples++;
    reader.enterArray();
    while (reader.nextItem()) {
      code.name = code.type = code.kind = '';
      reader.enterObject();
      for (let key = reader.nextKey(); key !== null; key = reader.nextKey())
        if (key === 'name') code.name = reader.name();
        else if (key === 'type') code.type = reader.name();
        else if (key === 'kind' && reader.peek() === 'string') code.kind = reader.name();
        else reader.skip();
      const frame = addCodeFrame(builder, code);
      if (frame !== -1) node = builder.addChild(node, frame);
    }
    if (node === 0) empty++;
    else builder.addWeighted(node, 1);
  }
  reader.finish();
  if (samples === 0) throw reader.malformed('it has no samples', '');
  const notes = ['This format keeps no times: samples are counted, and there is no order of time.'];
  if (empty > 0)
    notes.push(
      `${empty.toLocaleString('en-US')} of ${samples.toLocaleString('en-US')} samples have no stack (waiting, garbage collection, or machine code without names) and are left out, as in the tool's own flamegraph.`,
    );
  return { profile: builder.profile, notes };
}
