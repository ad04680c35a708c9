/** What Node writes into the names of its profiles: `CPU.20240131.115959.4711.0.001.cpuprofile` (date, time, pid, thread, number). */

const nodeName = /^(?:CPU|Heap)\.\d{8}\.\d{6}\.(\d{1,10})\.(\d{1,10})\.\d+\.(?:cpuprofile|heapprofile)$/i;

/** Thread and process of a file as `node --cpu-prof` and `--heap-prof` name them; of any other file just its name. */
export function threadOfFileName(fileName: string): { name: string; pid?: number } {
  const [, pid, thread] = nodeName.exec(fileName) ?? [];
  if (pid === undefined) return { name: fileName };
  return { name: thread === '0' ? 'main thread' : `worker ${thread}`, pid: Number(pid) };
}
