/** The load process: told over IPC what to send, tells what came back. Exits when its engine is gone. */
import { toAppError } from '../errors';
import { LoadRun } from './engine/load-run';
import { routes } from './faults/routes';
import { toRunnerSchema } from './runner-messages';
import type { FromRunner } from './runner-messages';

// Not `exit`, which waits for names that are being looked up.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C goes to the whole terminal group; the engine decides what it means for us.
process.on('SIGINT', () => undefined);

let run: LoadRun | undefined;
process.on('message', (raw) => {
  const message = toRunnerSchema.parse(raw);
  if (message.type === 'routes') {
    routes.set(message.routes);
    return;
  }
  if (message.type === 'cut') {
    run?.cut();
    return;
  }
  if (message.type === 'cancel') {
    if (run) run.end(true);
    else process.exit(0);
    return;
  }
  run = new LoadRun({
    ...message,
    tell,
    // Told over the same channel, in order: everything is out when this is.
    ended: () =>
      process.send?.({ type: 'bye' } satisfies FromRunner, undefined, undefined, () => process.exit(0)),
  });
  run.begin().catch((error: unknown) => {
    const failed: FromRunner = { type: 'failed', error: toAppError(error, 'load').toJSON() };
    process.send?.(failed, undefined, undefined, () => process.exit(0));
  });
});

function tell(message: FromRunner): void {
  process.send?.(message);
}
