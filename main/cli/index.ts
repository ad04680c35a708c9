/** The command line: `scorchmark` opens the workbench, everything else works without a UI. */
import { Command, CommanderError, Option } from 'commander';
import { exportFormatIds } from '../../profiles/formats/export';
import { presetNames } from '../api';
import { AppError, toAppError } from '../errors';
import { version } from '../paths';
import { compare } from './compare';
import { exportCommand, type ExportOptions } from './export';
import { heapCommand, type HeapOptions } from './heap';
import { leaksCommand } from './leaks';
import { loadCommand, type LoadOptions } from './load';
import { openFile } from './open';
import { outliveReaders } from './pipes';
import { record, type RecordOptions } from './record';
import { report } from './report';
import { serveCommand } from './serve';
import { exportSession, importSessions, listSessions, removeSessions, showSession } from './sessions';
import { describeError, exitCodeOf, exitCodes } from './terminal';
import { openWorkbench } from './workbench';

const collect = (value: string, previous: string[] = []): string[] => [...previous, value];
const dataFolder = new Option('--data-folder <folder>', 'where sessions are kept').env('SCORCHMARK_HOME');

/**
 * Runs the action and turns its result or error into the exit code. Who asked for JSON gets the error as JSON too:
 * one object on stdout in every case. `--data-folder` may stand before or behind the command's name.
 */
function action<A extends unknown[]>(work: (...args: A) => Promise<number>) {
  return async (...args: [...A, Command]): Promise<void> => {
    const command = args.at(-1) as Command;
    const options = command.opts<{ dataFolder?: string; json?: boolean }>();
    const before = program.getOptionValueSource('dataFolder') === 'cli';
    if (before && command.getOptionValueSource('dataFolder') !== 'cli')
      options.dataFolder = program.getOptionValue('dataFolder') as string;
    try {
      process.exitCode = await work(...([...args.slice(0, -2), options] as unknown as A));
    } catch (error) {
      process.exitCode = exitCodeOf(error);
      process.stderr.write(`${describeError(error)}\n`);
      if (options.json)
        process.stdout.write(
          `${JSON.stringify({ error: toAppError(error).toJSON(), exitCode: process.exitCode })}\n`,
        );
    }
  };
}

const program = new Command('scorchmark')
  .description('Profile a Node.js program live, under load. Without a command: opens the workbench.')
  .version(version)
  .enablePositionalOptions()
  .showHelpAfterError('(scorchmark --help lists the commands)')
  .exitOverride()
  .addOption(dataFolder)
  .argument('[command]')
  .usage('[options] [command]')
  .action(
    action((command: string | undefined, options: { dataFolder?: string }) => {
      if (command !== undefined)
        throw new AppError('BAD_INPUT', `There is no command "${command}".`, {
          hint: 'To record a program: scorchmark record -- node server.js. All commands: scorchmark --help',
        });
      return openWorkbench(options);
    }),
  );

/** What of memory is recorded, on every command that records a program. */
function withMemoryOptions(command: Command): Command {
  return command
    .option('--allocations <kind>', 'which allocations: alive (not collected yet; the default) or all')
    .option('--no-allocations', 'do not sample allocations')
    .option(
      '--snapshot <moments>',
      'take heap snapshots at start, warm-up and end (one or more, with commas); each stops its thread for a while',
      collect,
    )
    .option('--snapshot-above <size>', "take one when a thread's heap gets above this (500MB)")
    .option(
      '--snapshot-growth <size>',
      'take one whenever the heap after a full collection has grown by this',
    )
    .option('--snapshot-near-limit', 'take one shortly before V8 gives up at its heap limit')
    .option('--force-gc [time]', 'collect all garbage every so often (5s), so that leaks show clearly');
}

withMemoryOptions(
  program
    .command('record')
    .description('record a command: CPU, allocations, metrics, and load if wanted; saves a session')
    .usage('[options] -- <command…>')
    .argument('[command...]', 'the program and its arguments')
    .passThroughOptions()
    .option('--load <preset>', `send load when the target listens: ${presetNames.join(', ')}`)
    .option('--duration <time>', "the load's duration (10s, 2m); without --load: how long to record")
    .option('--users <n>', "override the preset's number of users")
    .option(
      '--url <request>',
      'what to request: a path or URL, "POST /cart" for another method; repeatable',
      collect,
    )
    .option('--method <method>', 'method of requests that name none')
    .option('--header <name:value>', 'header of every request; repeatable', collect)
    .option('--body <text>', 'body of every request')
    .option('--keep-running', 'do not stop the target when the load has ended')
    .option('--attach <pid>', 'record a running Node process instead of starting one')
    .option('--sample <name>', 'record a bundled sample app under its load')
    .option('--cwd <folder>', 'working folder of the target')
    .option('--env <name=value>', 'environment of the target; repeatable', collect)
    .option('--node <binary>', 'the Node binary to run the target with')
    .option('--node-flag <flag>', 'flag for every Node process of the target; repeatable', collect)
    .option('--shell', 'run the command line through the shell')
    .option('--name <name>', "the session's name")
    .option('--tag <tag>', 'tag of the session; repeatable', collect)
    .option('--interval <time>', 'time between CPU samples (default 1ms)'),
)
  .option('--report <file>', 'write the HTML report as well')
  .option('--json', 'print the result as one JSON object on stdout; everything else goes to stderr')
  .option('--quiet', "do not repeat the target's output")
  .addOption(dataFolder)
  .action(action((argv: string[], options: RecordOptions) => record(argv, options)));

withMemoryOptions(
  program
    .command('load')
    .description('send load to an address or by a scenario; with a command behind --, record it meanwhile')
    .usage('[options] <scenario|url> [-- <command…>]')
    .argument(
      '<scenario|url>',
      'a scenario file (docs/scenario.md), a URL, or a path like /products of the launched program',
    )
    .argument('[command...]', 'the program to launch and record')
    .option('--preset <preset>', `how much: ${presetNames.join(', ')}`)
    .option('--users <n>', 'so many users at once')
    .option('--rate <n>', 'so many iterations per second (open model)')
    .option('--duration <time>', 'for so long (10s, 2m)')
    .option('--scale <factor>', 'all lengths of time times this: 0.01 makes seconds of minutes')
    .option('--threshold <expression>', 'what must hold, for example "p95 < 500ms"; repeatable', collect)
    .option('--from <kind>', 'read the file as har, curl or openapi')
    .option(
      '--export <format>',
      'write it for another tool instead of running it: yaml, json, k6, artillery, locust',
    )
    .option('-o, --output <file>', 'where --export writes; - is standard output'),
)
  .option('--name <name>', "the session's name")
  .option('--tag <tag>', 'tag of the session; repeatable', collect)
  .option('--json', 'print the result as one JSON object on stdout; everything else goes to stderr')
  .option('--quiet', "do not repeat the target's output")
  .addOption(dataFolder)
  .action(action((given: string, argv: string[], options: LoadOptions) => loadCommand(given, argv, options)));

program
  .command('heap')
  .description('what is in a heap snapshot, and with --compare what came since an earlier one')
  .argument(
    '<snapshot>',
    "a .heapsnapshot or .heaptimeline file, or a session's snapshot: last, <id> (its newest), <id>:2",
  )
  .option('--compare <earlier>', 'the earlier snapshot, named alike')
  .option('--top <n>', 'how many constructors to list', '20')
  .option('--json', 'print JSON')
  .addOption(dataFolder)
  .action(action((given: string, options: HeapOptions) => heapCommand(given, options)));

program
  .command('leaks')
  .description('whether a session leaks, what, and who holds it')
  .argument('<session>', 'its id, the beginning of it, or "last"')
  .option('--json', 'print JSON')
  .addOption(dataFolder)
  .action(action(leaksCommand));

program
  .command('serve')
  .description('the workbench in a browser, on 127.0.0.1 only')
  .option('--port <port>', 'listen on this port instead of a free one')
  .option('--open', 'open the browser')
  .addOption(dataFolder)
  .action(action((options: Parameters<typeof serveCommand>[0]) => serveCommand(options)));

const sessions = program.command('sessions').description('the saved sessions');
sessions
  .command('list')
  .description('list sessions, newest first')
  .argument('[search...]', 'only those that contain all these words')
  .option('--tag <tag>', 'only those with this tag; repeatable', collect)
  .option('--trash', 'those in the trash')
  .option('--json', 'print JSON')
  .addOption(dataFolder)
  .action(action(listSessions));
sessions
  .command('show')
  .description('what a session holds')
  .argument('<session>', 'its id, the beginning of it, or "last"')
  .option('--json', 'print JSON')
  .addOption(dataFolder)
  .action(action(showSession));
sessions
  .command('rm')
  .description('move sessions to the trash')
  .argument('<session...>')
  .option('--forever', 'delete for good')
  .addOption(dataFolder)
  .action(action(removeSessions));
sessions
  .command('export')
  .description('write a session as one .scorchmark file')
  .argument('<session>')
  .option('-o, --output <file>', 'the file to write')
  .addOption(dataFolder)
  .action(action(exportSession));
sessions
  .command('import')
  .description(
    'add .scorchmark files, profiles of any known format, heap snapshots and results of load generators (k6, Artillery, Locust, autocannon, wrk) to the sessions',
  )
  .argument('<file...>')
  .option('--json', 'print JSON')
  .addOption(dataFolder)
  .action(action(importSessions));

program
  .command('open')
  .description(
    'open a .scorchmark file, a profile of any known format, a heap snapshot or the result of a load generator in the workbench',
  )
  .argument('<file>')
  .addOption(dataFolder)
  .action(action(openFile));

program
  .command('report')
  .description('write the HTML report of a session, or of a profile file or folder')
  .argument('<session>', 'its id, the beginning of it, or "last"')
  .option('-o, --output <file>', 'the file to write')
  .addOption(dataFolder)
  .action(action(report));

program
  .command('export')
  .description('write the profiles of a session, or of any profile file, for another tool')
  .argument('<session|file>', 'a session (its id, the beginning of it, or "last"), or the path of a profile')
  .requiredOption('--format <format>', `what to write: ${exportFormatIds.join(', ')}`)
  .option('--thread <thread>', 'only this thread (its name or key); repeatable', collect)
  .option('--range <from-to>', 'only this part of the time, for example 1.2s-3s')
  .option('--allocations', 'the allocations instead of the CPU profile')
  .option('--samples', 'let numbers mean samples instead of time or bytes')
  .option('--no-idle', 'leave idle time out')
  .option('-o, --output <file>', 'the file to write')
  .addOption(dataFolder)
  .action(action((given: string, options: ExportOptions) => exportCommand(given, options)));

program
  .command('compare')
  .description('compare two sessions or profile files: metrics side by side, functions that changed most')
  .argument('<a>', 'the session to compare with')
  .argument('<b>', 'the session to judge')
  .option('--json', 'print JSON')
  .option('--functions <n>', 'how many functions to list', '15')
  .addOption(dataFolder)
  .action(action(compare));

outliveReaders();
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
}
