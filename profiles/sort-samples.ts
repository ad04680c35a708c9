/** Samples in order of time. */

/**
 * Sorts the first `length` entries of both columns by time, in place; equal times keep their order. Samples are nearly
 * always nearly sorted, so ascending runs are merged (natural merge sort): one pass when there is nothing to do.
 */
export function sortByTime(timeUs: Float64Array, node: Int32Array, length: number): void {
  let runs = runStarts(timeUs, length);
  if (runs.length <= 1) return;
  let fromTime: Float64Array = timeUs.subarray(0, length);
  let fromNode: Int32Array = node.subarray(0, length);
  let toTime: Float64Array = new Float64Array(length);
  let toNode: Int32Array = new Int32Array(length);
  while (runs.length > 1) {
    const merged = new Float64Array(Math.ceil(runs.length / 2));
    for (let run = 0; run < runs.length; run += 2) {
      const start = runs[run]!;
      const middle = runs[run + 1] ?? length;
      const end = runs[run + 2] ?? length;
      merged[run >> 1] = start;
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        const takeLeft = left < middle && (right >= end || fromTime[left]! <= fromTime[right]!);
        const taken = takeLeft ? left++ : right++;
        toTime[at] = fromTime[taken]!;
        toNode[at] = fromNode[taken]!;
      }
    }
    [fromTime, toTime, fromNode, toNode] = [toTime, fromTime, toNode, fromNode];
    runs = merged;
  }
  // After an odd number of passes the result lies in the scratch columns.
  if (fromTime.buffer !== timeUs.buffer) {
    timeUs.set(fromTime);
    node.set(fromNode);
  }
}

/** Where each ascending run begins. */
function runStarts(timeUs: Float64Array, length: number): Float64Array {
  let count = length > 0 ? 1 : 0;
  for (let i = 1; i < length; i++) if (timeUs[i]! < timeUs[i - 1]!) count++;
  const starts = new Float64Array(count);
  let run = 1;
  for (let i = 1; i < length; i++) if (timeUs[i]! < timeUs[i - 1]!) starts[run++] = i;
  return starts;
}
