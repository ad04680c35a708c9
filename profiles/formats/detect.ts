/** Which kind of profile a file is, told by what is in it. */

export type ProfileFormat = 'cpuprofile' | 'heapprofile';

const headLength = 65_536;

/**
 * The format of a file from its beginning (or all of it), or null when it is none that can be read. The name decides
 * only when the content does not, so that a damaged file gets its parser's precise message.
 */
export function detectFormat(fileName: string, head: string | Uint8Array): ProfileFormat | null {
  const text = (
    typeof head === 'string'
      ? head.slice(0, headLength)
      : new TextDecoder().decode(head.subarray(0, headLength))
  )
    .replace(/^\uFEFF/, '')
    .trimStart();
  const byName = /\.cpuprofile$/i.test(fileName)
    ? 'cpuprofile'
    : /\.heapprofile$/i.test(fileName)
      ? 'heapprofile'
      : null;
  if (!text.startsWith('{')) return byName;
  // Chrome traces contain CPU profile pieces, heap snapshots a `nodes` array of numbers, speedscope files `profiles`.
  if (/"traceEvents"\s*:|"snapshot"\s*:\s*\{|"\$schema"\s*:|"shared"\s*:\s*\{/.test(text.slice(0, 2000)))
    return null;
  if (/"head"\s*:\s*\{/.test(text) && /"selfSize"\s*:/.test(text)) return 'heapprofile';
  if (/"nodes"\s*:\s*\[\s*\{/.test(text) && /"callFrame"\s*:/.test(text)) return 'cpuprofile';
  // Keys in another order: the nodes can lie beyond the beginning.
  if (/^\{\s*"(?:startTime|endTime|samples|timeDeltas)"\s*:/.test(text)) return 'cpuprofile';
  return byName;
}
