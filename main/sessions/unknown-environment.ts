import type { Environment } from '../api';
import { version } from '../paths';

/** Of what was imported: a foreign file says nothing about where it was recorded. */
export function unknownEnvironment(): Environment {
  return {
    nodeVersion: '',
    scorchmarkVersion: version,
    os: '',
    arch: '',
    cpuModel: '',
    cpuCount: 0,
    memoryBytes: 0,
  };
}
