/** `scorchmark serve`: the workbench in a browser, on this machine only. */
import open from 'open';
import { createEngine } from '../engine';
import { AppError } from '../errors';
import { rendererFolder } from '../paths';
import { serve } from '../serve/serve';
import { exitCodes } from './terminal';
import type { DataFolderOption } from './with-engine';

export async function serveCommand(
  options: DataFolderOption & { port?: string; open?: boolean },
  show?: { sessionId: string },
): Promise<number> {
  const port = options.port === undefined ? undefined : Number(options.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65536))
    throw new AppError('BAD_INPUT', `--port takes a port number, not "${options.port}".`);
  const engine = await createEngine({ shell: 'web', dataFolder: options.dataFolder });
  const server = await serve({ engine, files: rendererFolder, port }).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  const url = show ? `${server.url}#/run/${show.sessionId}` : server.url;
  const ended = stopSignal();
  process.stdout.write(
    `Scorchmark is at ${url}\nPress Ctrl-C to end it; a recording in progress is saved.\n`,
  );
  if (process.stdin.isTTY) offerLinks(() => server.newLink());
  if (options.open)
    await open(url).catch(() =>
      process.stderr.write('No browser could be opened; open the address above by hand.\n'),
    );
  await ended;
  process.stderr.write('Ending…\n');
  if (process.stdin.isTTY) process.stdin.pause();
  await engine.close();
  await server.close();
  return exitCodes.ok;
}

/** A link signs in one browser, once; Enter prints a fresh one for the next. */
function offerLinks(newLink: () => string): void {
  process.stdout.write('Press Enter for a fresh link (each one signs in one browser).\n');
  process.stdin.on('data', () => process.stdout.write(`${newLink()}\n`));
}

/** Resolves at the first Ctrl-C or termination; a second one gives up waiting for the recording to be saved. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        count++;
        if (count > 1) process.exit(130);
        resolve();
      });
  });
}
