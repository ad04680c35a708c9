/** What a heap snapshot will cost, from the heap's size and from what earlier ones have cost. */
import type { SnapshotEstimate } from '../api';

/** What one snapshot has cost. */
export interface SnapshotCost {
  heapUsedBytes: number;
  sizeBytes: number;
  pauseMs: number;
}

/**
 * Measured on heaps of small objects, which are the dearest (docs/measurements.md): bytes of file per byte of heap, and
 * ms per MB of heap. Long strings and typed arrays cost a fraction of that.
 */
const typicalFileBytesPerHeapByte = 1.8;
const typicalMsPerHeapMb = 80;
/**
 * V8 holds the whole graph in native memory while it writes: 4.3 to 5.2 times the file in all that was measured (Node 20, 22
 * and 24, 47 to 590 MB of heap).
 */
const memoryBytesPerFileByte = 5;
/** What even an empty heap costs: Node's own objects. */
const leastFileBytes = 3e6;
const leastPauseMs = 100;
/** One that was this much smaller or larger says less than what is typical. */
const comparableFactor = 20;

export class SnapshotCosts {
  private measured: SnapshotCost[] = [];

  add(cost: SnapshotCost): void {
    if (cost.heapUsedBytes > 0) this.measured.push(cost);
  }

  /** `measured` when an earlier snapshot of a heap of comparable size can be scaled: the one that is nearest in size. */
  estimate(heapUsedBytes: number): SnapshotEstimate & { memoryBytes: number } {
    const cost = this.costOf(heapUsedBytes);
    return { ...cost, memoryBytes: cost.sizeBytes * memoryBytesPerFileByte };
  }

  private costOf(heapUsedBytes: number): SnapshotEstimate {
    const distance = (cost: SnapshotCost): number => Math.abs(Math.log(heapUsedBytes / cost.heapUsedBytes));
    let nearest: SnapshotCost | undefined;
    for (const cost of this.measured)
      if (distance(cost) < Math.log(comparableFactor) && (!nearest || distance(cost) <= distance(nearest)))
        nearest = cost;
    if (nearest) {
      const factor = heapUsedBytes / nearest.heapUsedBytes;
      return {
        heapUsedBytes,
        pauseMs: nearest.pauseMs * factor,
        sizeBytes: Math.round(nearest.sizeBytes * factor),
        basis: 'measured',
      };
    }
    return {
      heapUsedBytes,
      pauseMs: Math.max(leastPauseMs, (heapUsedBytes / 1e6) * typicalMsPerHeapMb),
      sizeBytes: Math.round(Math.max(leastFileBytes, heapUsedBytes * typicalFileBytesPerHeapByte)),
      basis: 'typical',
    };
  }
}
