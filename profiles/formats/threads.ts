/** How the profiles of a foreign file become threads of a session: the same in the window, the engine and the command line. */
import type { Profile } from '../types';
import type { ImportedFile } from './types';

/**
 * A key per profile, unique and always the same for the same file: `p<pid>` for the first profile of a process (0 when the
 * file names none), `p<pid>-w<index in the file>` for further ones. The one thread of a `.cpuprofile` or `.heapprofile` is
 * `p0`.
 */
export function threadKeysOf({ format, profiles }: Pick<ImportedFile, 'format' | 'profiles'>): string[] {
  const isOwn = format === 'cpuprofile' || format === 'heapprofile';
  const seen = new Set<number>();
  return profiles.map(({ pid }, index) => {
    const process = isOwn ? 0 : usablePid(pid);
    if (seen.has(process)) return `p${process}-w${index}`;
    seen.add(process);
    return `p${process}`;
  });
}

/** A pid as a key can hold it; files may write anything. */
export function usablePid(pid: number | undefined): number {
  return pid !== undefined && Number.isSafeInteger(pid) && pid > 0 && pid < 1e10 ? pid : 0;
}

/**
 * What a profile tells about: where time went, or where memory came from. Bytes are memory; counts are too when they stand
 * beside bytes and no time (the objects of a heap profile).
 */
export function sourceOfProfile(
  profile: Profile,
  all: readonly { profile: Profile }[],
): 'cpu' | 'allocations' {
  if (profile.unit === 'bytes') return 'allocations';
  if (profile.unit === 'microseconds') return 'cpu';
  const units = new Set(all.map((each) => each.profile.unit));
  return units.has('bytes') && !units.has('microseconds') ? 'allocations' : 'cpu';
}
