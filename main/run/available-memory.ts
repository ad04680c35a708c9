/**
 * How much memory a process can still get before the system ends it or another one for that: what the machine has left, and
 * what the process's control groups (containers, service managers) leave it.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Bytes; undefined where the system does not say what can really be had (anything but Linux). `root` is for tests. */
export async function availableMemoryOf(pid: number, root = '/'): Promise<number | undefined> {
  const text = (file: string): Promise<string> => readFile(path.join(root, file), 'utf8').catch(() => '');
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(await text('proc/meminfo'))?.[1];
  if (kilobytes === undefined) return undefined;
  let available = Number(kilobytes) * 1024;
  for (const line of (await text(`proc/${pid}/cgroup`)).split('\n')) {
    const group = /^\d+:([^:]*):(\/.*)$/.exec(line);
    if (!group) continue;
    const [, controllers = '', name = ''] = group;
    const files =
      controllers === '' ? versionTwo : controllers.split(',').includes('memory') ? versionOne : null;
    if (!files) continue;
    // A limit of any group around it holds, too. Within a container the name may be one of outside, and its own group the root.
    for (let at = name; ; at = path.posix.dirname(at)) {
      const read = (file: string): Promise<string> => text(path.join(files.folder, at, file));
      const limit = Number.parseInt(await read(files.limit), 10);
      const used = Number.parseInt(await read(files.used), 10);
      if (Number.isFinite(limit) && Number.isFinite(used)) {
        // Pages of files are given up when memory is wanted.
        const stat = await read('memory.stat');
        const reclaimable = Number(files.reclaimable.exec(stat)?.[1] ?? 0);
        available = Math.min(available, Math.max(0, limit - used + reclaimable));
      }
      if (at === '/') break;
    }
  }
  return available;
}

/** https://docs.kernel.org/admin-guide/cgroup-v2.html, "Memory"; no limit is `max`. */
const versionTwo = {
  folder: 'sys/fs/cgroup',
  limit: 'memory.max',
  used: 'memory.current',
  reclaimable: /^inactive_file (\d+)$/m,
};
/** https://docs.kernel.org/admin-guide/cgroup-v1/memory.html; no limit is a number beyond any memory. */
const versionOne = {
  folder: 'sys/fs/cgroup/memory',
  limit: 'memory.limit_in_bytes',
  used: 'memory.usage_in_bytes',
  reclaimable: /^total_inactive_file (\d+)$/m,
};
