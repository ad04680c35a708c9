export { attachTarget } from './attach';
export { createClock } from './clock';
export { commandLineOf } from './command-line';
export { launchTarget } from './launch';
export { listNodeProcesses, type NodeProcessEntry } from './node-processes';
export { guardProcess } from './reaper';
export type * from './types';
