/** Starts a command under the agent and follows every Node process below it until all have ended. */
import spawn from 'cross-spawn';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { AppError, toAppError } from '../errors';
import type { LaunchSpec } from '../api';
import { AgentFolder } from './agent-folder';
import { checkCwd, resolveCommand } from './command';
import { commandLineOf } from './command-line';
import { personEnv, withAgent, withPathFirst } from './environment';
import { LaunchedTarget } from './launched-target';
import { checkNodeBinary, nodeOnPath } from './node-binary';
import { splitNodeFlags } from './node-options';
import { guardTarget } from './reaper';
import type { LaunchOptions, Target } from './types';

interface PreparedCommand {
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

function isNode(command: string): boolean {
  return /^node(\.exe)?$/i.test(path.basename(command));
}

/** @throws AppError NODE_FLAG_REFUSED */
function placeNodeFlags(spec: LaunchSpec): { inEnvironment: string[]; onCommandLine: string[] } {
  const flags = splitNodeFlags(spec.nodeFlags);
  const notAFlag = flags.onCommandLine.find((flag, index) => index === 0 && !flag.startsWith('-'));
  if (notAFlag !== undefined)
    throw new AppError('NODE_FLAG_REFUSED', `“${notAFlag}” is not a Node flag: flags start with a dash.`, {
      hint: 'For example --max-old-space-size=512.',
    });
  if (flags.onCommandLine.length > 0 && (spec.shell || !isNode(spec.argv[0] ?? '')))
    throw new AppError(
      'NODE_FLAG_REFUSED',
      `Node takes ${flags.onCommandLine.join(' ')} only on its own command line, and the command is ${spec.argv[0]}.`,
      { hint: 'Run the script with node directly, or leave the flag out.' },
    );
  return flags;
}

async function prepare(spec: LaunchSpec, cwd: string, folder: string): Promise<PreparedCommand> {
  const flags = placeNodeFlags(spec);
  let env: NodeJS.ProcessEnv = { ...personEnv(), ...spec.env };
  if (spec.nodeBinary !== undefined) {
    const binary = path.resolve(cwd, spec.nodeBinary);
    await checkNodeBinary(binary, env);
    env = withPathFirst(env, await nodeOnPath(binary, folder));
  }
  const agentEnv = withAgent(env, folder, flags.inEnvironment);
  if (spec.shell) return { file: spec.argv.join(' '), args: [], env: agentEnv };
  const [command = '', ...args] = spec.argv;
  const file =
    spec.nodeBinary !== undefined && isNode(command) && !/[/\\]/.test(command)
      ? path.resolve(cwd, spec.nodeBinary)
      : await resolveCommand(command, cwd, env);
  return { file, args: [...flags.onCommandLine, ...args], env: agentEnv };
}

function start({ file, args, env }: PreparedCommand, cwd: string, shell: boolean): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env,
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own: Ctrl-C in our terminal is for us, and the group can be ended as a whole.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    child.once('spawn', () => resolve(child));
    child.once('error', (error) => reject(toAppError(error, `Starting ${file}`)));
  });
}

/**
 * Starts the command. Its Node processes arrive through `handlers`.
 * @throws AppError COMMAND_NOT_FOUND, CWD_NOT_FOUND, NODE_BINARY_INVALID, NODE_TOO_OLD, NODE_FLAG_REFUSED,
 * PERMISSION_DENIED; nothing has run then.
 */
export async function launchTarget(options: LaunchOptions): Promise<Target> {
  const { spec } = options;
  const cwd = path.resolve(spec.cwd ?? process.cwd());
  await checkCwd(cwd);
  const target = new LaunchedTarget(commandLineOf(spec), cwd, options);
  const folder = await AgentFolder.create(target);
  const guard = guardTarget(folder.path);
  try {
    const child = await start(await prepare(spec, cwd, folder.path), cwd, spec.shell);
    guard.setPid(child.pid ?? 0);
    target.follow(child, folder, guard);
    return target;
  } catch (error) {
    await folder.remove();
    guard.release();
    throw error;
  }
}
