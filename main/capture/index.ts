/** Everything that measures a target. Start reading here. */
import { AllocationCollector } from './allocations';
import { CpuCollector } from './cpu';
import { ForcedGcCollector } from './forced-gcs';
import { HeapCollector } from './heap';
import { newOwnGcs } from './own-gcs';
import { ProcessCollector, type ProcessMetricsOptions } from './process';
import { RunSources } from './run-sources';
import { RuntimeCollector } from './runtime';
import { SourceCollector } from './sources';
import type { CaptureSink, Collector, ThreadCollectorOptions } from './types';

export { startAll } from './trouble';
export { takeSnapshot } from './heap-snapshot';
export { armAtEnd, armNearLimit } from './heap-snapshot-inside';
export type { SnapshotOptions, TakenSnapshot } from './heap-snapshot';
export type { ProcessMetricsOptions } from './process';

/** A run has one sink: whoever has the same one shares what is known of sources. */
const sourcesOfRuns = new WeakMap<CaptureSink, RunSources>();

/** The collectors of one isolate that the spec asks for; start them with `startAll` before the isolate's first line. */
export function threadCollectors(given: ThreadCollectorOptions): Collector[] {
  const { sink, clock } = given;
  const ownGcs = newOwnGcs(given.thread);
  let shared = sourcesOfRuns.get(sink);
  if (!shared) sourcesOfRuns.set(sink, (shared = new RunSources(sink, clock)));
  const sources = new SourceCollector(given, shared);
  // The samples say which scripts are worth keeping.
  const options: ThreadCollectorOptions = {
    ...given,
    sink: {
      ...sink,
      cpuChunk(thread, chunk) {
        sink.cpuChunk(thread, chunk);
        sources.seeCpu(chunk);
      },
      allocations(thread, profile, read) {
        sink.allocations(thread, profile, read);
        sources.seeAllocations(profile);
      },
    },
  };
  return [
    // First: at the end its call must be on its way before the garbage collection of the allocations'.
    sources,
    ...(options.spec.cpu ? [new CpuCollector(options)] : []),
    ...(options.spec.allocations ? [new AllocationCollector(options, ownGcs)] : []),
    new HeapCollector(options, ownGcs),
    new RuntimeCollector(options, ownGcs),
    ...(options.leaks?.forceGc ? [new ForcedGcCollector(options, options.leaks, ownGcs)] : []),
  ];
}

/** CPU and RSS of every process of the tree (scope `p<pid>`) and their sum (scope `tree`), as seen from outside. */
export function processMetrics(options: ProcessMetricsOptions): Collector {
  return new ProcessCollector(options);
}
