/** The sample programs of resources/leak-programs, and what a verdict must say of them. */

export interface LeakCase {
  program: string;
  leaks: boolean;
  /** Of a leak: one of these must be among the first three suspects. */
  planted: { constructors: string[]; sites: string[] };
  /** So that a run of 20 seconds holds what the program does in one of 60. */
  quickEnv?: Record<string, string>;
}

const nothing = { constructors: [], sites: [] };

export const leakCases: LeakCase[] = [
  {
    program: 'closure',
    leaks: true,
    planted: { constructors: ['RequestContext'], sites: ['reportLater', 'RequestContext'] },
  },
  {
    program: 'growing-map',
    leaks: true,
    planted: { constructors: ['Session'], sites: ['openSession', 'Session'] },
  },
  {
    program: 'listeners',
    leaks: true,
    planted: { constructors: ['PriceWatch'], sites: ['followPrices', 'PriceWatch'] },
  },
  {
    program: 'timers',
    leaks: true,
    planted: { constructors: ['Timeout', 'Heartbeat'], sites: ['keepAlive', 'Heartbeat'] },
  },
  {
    program: 'buffers',
    leaks: true,
    planted: { constructors: ['FastBuffer', 'Buffer', 'ArrayBuffer'], sites: ['keepUpload'] },
  },
  {
    program: 'promise-chain',
    leaks: true,
    planted: { constructors: ['Promise', 'Job'], sites: ['enqueue', 'Job'] },
  },
  {
    program: 'lru-cache',
    leaks: false,
    planted: nothing,
    quickEnv: { CACHE_ENTRIES: '600', FILL_MS: '6000' },
  },
  { program: 'jit-warm-up', leaks: false, planted: nothing, quickEnv: { CODE_PATHS: '300' } },
  { program: 'large-heap', leaks: false, planted: nothing },
  {
    program: 'burst',
    leaks: false,
    planted: nothing,
    quickEnv: { BURST_AFTER_MS: '6000', BURST_FOR_MS: '5000' },
  },
  { program: 'sawtooth', leaks: false, planted: nothing },
];
