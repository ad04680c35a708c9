export { createClock } from './clock';
export { commandLineOf } from './command-line';
export { launchTarget } from './launch';
export { guardProcess } from './reaper';
export type * from './types';
