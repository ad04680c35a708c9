/** Everything that measures a target. Start reading here. */
import { AllocationCollector } from './allocations';
import { CpuCollector } from './cpu';
import { HeapCollector } from './heap';
import { OwnGcs } from './own-gcs';
import { ProcessCollector, type ProcessMetricsOptions } from './process';
import { RuntimeCollector } from './runtime';
import type { Collector, ThreadCollectorOptions } from './types';

export { startAll } from './trouble';
export type { ProcessMetricsOptions } from './process';

/** The collectors of one isolate that the spec asks for; start them with `startAll` before the isolate's first line. */
export function threadCollectors(options: ThreadCollectorOptions): Collector[] {
  const ownGcs = new OwnGcs();
  return [
    ...(options.spec.cpu ? [new CpuCollector(options)] : []),
    ...(options.spec.allocations ? [new AllocationCollector(options, ownGcs)] : []),
    new HeapCollector(options, ownGcs),
    new RuntimeCollector(options, ownGcs),
  ];
}

/** CPU and RSS of every process of the tree (scope `p<pid>`) and their sum (scope `tree`), as seen from outside. */
export function processMetrics(options: ProcessMetricsOptions): Collector {
  return new ProcessCollector(options);
}
