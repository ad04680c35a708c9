import { describe, expect, it } from 'vitest';
import { SnapshotCosts } from './heap-snapshot-cost';

describe('what a snapshot is expected to cost', () => {
  it('is scaled from the one of a heap nearest in size', () => {
    const costs = new SnapshotCosts();
    expect(costs.estimate(10e6)).toMatchObject({ basis: 'typical' });
    costs.add({ heapUsedBytes: 10e6, sizeBytes: 15e6, pauseMs: 500 });
    costs.add({ heapUsedBytes: 100e6, sizeBytes: 110e6, pauseMs: 2000 });
    expect(costs.estimate(20e6)).toEqual({
      heapUsedBytes: 20e6,
      sizeBytes: 30e6,
      pauseMs: 1000,
      basis: 'measured',
      memoryBytes: 150e6,
    });
    expect(costs.estimate(200e6)).toMatchObject({ sizeBytes: 220e6, pauseMs: 4000 });
  });

  it('is the typical one when what was measured was of another order', () => {
    const costs = new SnapshotCosts();
    costs.add({ heapUsedBytes: 4e6, sizeBytes: 4e6, pauseMs: 100 });
    expect(costs.estimate(1e9)).toMatchObject({ basis: 'typical' });
  });
});
