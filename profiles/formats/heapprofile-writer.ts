/** Writes V8's sampling heap profile, `.heapprofile`, as DevTools opens it. */
import { childLists } from '../grouping';
import { ByteParts } from './byte-parts';
import { selectSamples, selfOfNodes } from './export-selection';
import type { ExportSelection } from './export-selection';
import type { Profile } from '../types';

/** Live bytes per call path. `samples` has one entry per path, since the model does not keep V8's own. */
export function writeHeapProfile(profile: Profile, selection: ExportSelection = {}): Uint8Array[] {
  if (profile.unit !== 'bytes') throw new TypeError('only profiles in bytes can be written as .heapprofile');
  const { frames, nodes } = profile;
  const { weight } = selfOfNodes(selectSamples(profile, { ...selection, weights: 'value' }));
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
  const out = new ByteParts();
  const open = (node: number): void =>
    out.text(
      `{"callFrame":${callFrames[nodes.frame[node]!]!},"selfSize":${Math.round(weight[node]!)},"id":${node + 1},"children":[`,
    );
  out.text('{"head":');
  open(0);
  // Depth first along the links: stacks can be thousands deep.
  let node = 0;
  for (;;) {
    if (firstChild[node] !== -1) {
      node = firstChild[node]!;
      open(node);
      continue;
    }
    out.text(']}');
    while (node > 0 && nextSibling[node] === -1) {
      node = nodes.parent[node]!;
      out.text(']}');
    }
    if (node <= 0) break;
    node = nextSibling[node]!;
    out.text(',');
    open(node);
  }
  out.text(',"samples":[');
  let ordinal = 0;
  for (let of = 0; of < weight.length; of++)
    if (weight[of]! > 0)
      out.text(
        `${ordinal === 0 ? '' : ','}{"size":${Math.round(weight[of]!)},"nodeId":${of + 1},"ordinal":${++ordinal}}`,
      );
  out.text(']}');
  return out.take();
}
