/** `scorchmark open <file>`: makes a session of the file and shows it. */
import path from 'node:path';
import { printable } from './printable';
import { openWorkbench } from './workbench';
import { withEngine, type DataFolderOption } from './with-engine';

export async function openFile(file: string, options: DataFolderOption): Promise<number> {
  const session = await withEngine(options, (engine) =>
    engine.call('sessions.importPath', { path: path.resolve(file) }),
  );
  process.stdout.write(`${session.id}  ${printable(session.name)}\n`);
  return openWorkbench(options, { sessionId: session.id });
}
