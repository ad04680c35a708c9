/** Faults in words, as marks, bands and reports name them. */
import type { Fault } from '../../scenario';

/** For example `latency 200 ms ± 50 ms`, `bandwidth 100 kB/s before database`. */
export function faultText(fault: Fault): string {
  switch (fault.kind) {
    case 'latency': {
      const jitter = fault.jitterMs > 0 ? ` ± ${duration(fault.jitterMs)}` : '';
      const direction = { request: ' on requests', answer: '', both: ' both ways' }[fault.direction];
      return `latency ${duration(fault.delayMs)}${jitter}${direction}${place(fault.via)}`;
    }
    case 'bandwidth':
      return `bandwidth ${bytes(fault.bytesPerSecond)}/s${place(fault.via)}`;
    case 'drop':
      return `${Math.round(fault.ratio * 1000) / 10} % of connections dropped${place(fault.via)}`;
    case 'cpu':
      return `CPU contention by ${fault.processes === 1 ? 'a process' : `${fault.processes} processes`}`;
    case 'memory':
      return `memory cap ${bytes(fault.limitBytes)}`;
    case 'block':
      return `event loop blocked ${duration(fault.blockMs)}${
        fault.everyMs === undefined ? '' : ` every ${duration(fault.everyMs)}`
      }`;
    case 'pause':
      return 'paused';
    case 'kill':
      return `killed (${fault.signal})`;
  }
}

function place(via: string): string {
  return via === 'target' ? '' : ` before ${via}`;
}

function duration(ms: number): string {
  return ms >= 1000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms * 10) / 10} ms`;
}

function bytes(count: number): string {
  if (count >= 1e9) return `${Math.round(count / 1e8) / 10} GB`;
  if (count >= 1e6) return `${Math.round(count / 1e5) / 10} MB`;
  return count >= 1e3 ? `${Math.round(count / 100) / 10} kB` : `${Math.round(count)} B`;
}
