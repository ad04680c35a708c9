import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { availableMemoryOf } from './available-memory';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-memory-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function files(contents: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
}

const machine = { 'proc/meminfo': 'MemTotal:  16000000 kB\nMemAvailable:    8000000 kB\n' };

describe('the memory that a process can still get', () => {
  it('is what the machine has left, where no group limits it', async () => {
    await files({
      ...machine,
      'proc/7/cgroup': '0::/user.slice\n',
      'sys/fs/cgroup/user.slice/memory.max': 'max\n',
      'sys/fs/cgroup/user.slice/memory.current': '1000\n',
    });
    expect(await availableMemoryOf(7, root)).toBe(8_000_000 * 1024);
  });

  it('is what the narrowest of the groups around it leaves, pages of files counted as free', async () => {
    await files({
      ...machine,
      'proc/7/cgroup': '0::/box/inner\n',
      'sys/fs/cgroup/box/memory.max': '500000000\n',
      'sys/fs/cgroup/box/memory.current': '450000000\n',
      'sys/fs/cgroup/box/memory.stat': 'anon 1\ninactive_file 20000000\nactive_file 5\n',
      'sys/fs/cgroup/box/inner/memory.max': 'max\n',
      'sys/fs/cgroup/box/inner/memory.current': '400000000\n',
    });
    expect(await availableMemoryOf(7, root)).toBe(70_000_000);
  });

  it('is found with the older kind of groups, too, also when the name is one of outside a container', async () => {
    await files({
      ...machine,
      'proc/7/cgroup': '9:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '300000000\n',
      'sys/fs/cgroup/memory/memory.usage_in_bytes': '100000000\n',
    });
    expect(await availableMemoryOf(7, root)).toBe(200_000_000);
  });

  it('is not known where the system does not tell', async () => {
    expect(await availableMemoryOf(7, root)).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('is told of a real process', async () => {
    const bytes = (await availableMemoryOf(process.pid))!;
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(os.totalmem());
  });
});
