/** A control group of our own that limits memory: version 2 or 1, wherever this process may make one. Linux. */
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { keepUndo } from './keeper';

interface Hierarchy {
  version: 1 | 2;
  /** Where it is mounted, and which of its groups stands there. */
  mountPoint: string;
  root: string;
  limitFile: string;
  unlimited: string;
}

let lastGroup = 0;

export class MemoryGroup {
  private forget: () => void = () => undefined;

  private constructor(
    readonly folder: string,
    private readonly backTo: string,
    private readonly hierarchy: Hierarchy,
  ) {}

  /** Makes a group beside or below the one that the process is in, and moves it there; null where that is not allowed. */
  static async around(pid: number): Promise<MemoryGroup | null> {
    for (const hierarchy of await memoryHierarchies())
      for (const [backTo, parent] of await placesFor(pid, hierarchy)) {
        const group = new MemoryGroup(
          path.join(parent, `scorchmark-${process.pid}-${++lastGroup}`),
          backTo,
          hierarchy,
        );
        if (await group.make(pid)) return group;
      }
    return null;
  }

  get version(): 1 | 2 {
    return this.hierarchy.version;
  }

  get limitFile(): string {
    return this.hierarchy.limitFile;
  }

  /** Its later children come along by themselves. Rejects when the system refuses. */
  async add(pid: number): Promise<void> {
    await writeFile(path.join(this.folder, 'cgroup.procs'), String(pid));
  }

  /** Rejects with EBUSY (version 1) when more is used and cannot be taken back; version 2 ends processes then. */
  async limit(bytes: number): Promise<void> {
    // Otherwise it would only be moved to the disk. Not every kernel counts swap.
    if (this.version === 2) await this.write('memory.swap.max', '0').catch(() => undefined);
    await this.write(this.limitFile, String(Math.round(bytes)));
    if (this.version === 1)
      await this.write('memory.memsw.limit_in_bytes', String(Math.round(bytes))).catch(() => undefined);
  }

  async lift(): Promise<void> {
    if (this.version === 1)
      await this.write('memory.memsw.limit_in_bytes', this.hierarchy.unlimited).catch(() => undefined);
    await this.write(this.limitFile, this.hierarchy.unlimited);
    if (this.version === 2) await this.write('memory.swap.max', 'max').catch(() => undefined);
  }

  async usedBytes(): Promise<number> {
    return Number(
      await readFile(
        path.join(this.folder, this.version === 2 ? 'memory.current' : 'memory.usage_in_bytes'),
        'utf8',
      ),
    );
  }

  /** What cannot be taken back by writing files to their disk: memory of the processes' own, and shared. Version 2. */
  async heldBytes(): Promise<number> {
    const text = await readFile(path.join(this.folder, 'memory.stat'), 'utf8').catch(() => '');
    const of = (name: string): number => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
    return of('anon') + of('shmem');
  }

  /** How many processes the kernel has ended for want of memory. */
  async killed(): Promise<number> {
    const file = this.version === 2 ? 'memory.events' : 'memory.oom_control';
    const text = await readFile(path.join(this.folder, file), 'utf8').catch(() => '');
    return Number(/^oom_kill (\d+)/m.exec(text)?.[1] ?? 0);
  }

  /** Its processes go back to where they were, and it is removed. Never rejects. */
  async remove(): Promise<void> {
    await this.lift().catch(() => undefined);
    const pids = await readFile(path.join(this.folder, 'cgroup.procs'), 'utf8').catch(() => '');
    for (const pid of pids.split('\n').filter(Boolean))
      await writeFile(path.join(this.backTo, 'cgroup.procs'), pid).catch(() => undefined);
    for (let attempt = 0; attempt < 20; attempt++) {
      const gone = await rmdir(this.folder).then(
        () => true,
        (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
      );
      if (gone) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.forget();
  }

  private async make(pid: number): Promise<boolean> {
    const { folder, backTo } = this;
    const { limitFile, unlimited } = this.hierarchy;
    try {
      await mkdir(folder);
    } catch {
      return false;
    }
    this.forget = keepUndo({ group: { folder, limitFile, unlimited, backTo } });
    try {
      // A group below one that does not hand the memory controller on has no such file.
      await readFile(path.join(folder, limitFile));
      await this.add(pid);
      return true;
    } catch {
      await rmdir(folder).catch(() => undefined);
      this.forget();
      return false;
    }
  }

  private async write(file: string, text: string): Promise<void> {
    await writeFile(path.join(this.folder, file), text);
  }
}

/** From /proc/self/mountinfo, see proc_pid_mountinfo(5); version 2 first. */
async function memoryHierarchies(): Promise<Hierarchy[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const found: Hierarchy[] = [];
  for (const line of text.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', mountPoint = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2')
      found.push({ version: 2, mountPoint, root, limitFile: 'memory.max', unlimited: 'max' });
    else if (type === 'cgroup' && options.split(',').includes('memory'))
      found.push({ version: 1, mountPoint, root, limitFile: 'memory.limit_in_bytes', unlimited: '-1' });
  }
  return found.sort((a, b) => b.version - a.version);
}

/** The process's own group, with the folders a new one may be made in: there, and beside it, as one with processes has no children in version 2. */
async function placesFor(pid: number, hierarchy: Hierarchy): Promise<[backTo: string, parent: string][]> {
  const text = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    // cgroups(7): number, controllers (none in version 2), path.
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    if (!match) continue;
    const [, controllers = '', group = ''] = match;
    if (hierarchy.version === 2 ? controllers !== '' : !controllers.split(',').includes('memory')) continue;
    const inMount =
      hierarchy.root !== '/' && group.startsWith(hierarchy.root) ? group.slice(hierarchy.root.length) : group;
    const own = path.join(hierarchy.mountPoint, inMount);
    const beside = path.dirname(own);
    return own.startsWith(`${hierarchy.mountPoint}/`)
      ? [
          [own, own],
          [own, beside],
        ]
      : [[own, own]];
  }
  return [];
}
