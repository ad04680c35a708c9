/**
 * A workbench in a process of its own, for tests that kill it. Arguments: the data folder, and what to do:
 * `record` begins a session and goes on for ever, `open` only opens the folder and keeps it.
 */
import { heapProfile, FakeTarget, beginRun, openAt } from './samples';

const [folder, doing] = process.argv.slice(2);
const store = await openAt(folder!);
if (doing === 'record') {
  const run = await beginRun(store, { name: `Recorded by ${process.pid}` });
  const target = new FakeTarget();
  run.record(target.first());
  run.record([{ k: 'allocations', thread: 'p7', profile: heapProfile }]);
  setInterval(() => run.record(target.next()), 5);
  console.log(JSON.stringify({ role: store.role, id: run.start.id }));
} else {
  setInterval(() => undefined, 1000);
  console.log(JSON.stringify({ role: store.role }));
}
