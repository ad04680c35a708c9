/** The environment of a launched target. */
import path from 'node:path';
import { agentFile } from '../paths';
import type { LaunchSpec } from '../api';
import { appendNodeOptions } from './node-options';

/** Set for our own process by what started it; not the person's. */
const ours =
  /^(ELECTRON_RUN_AS_NODE|ELECTRON_NO_ATTACH_CONSOLE|ELECTRON_NO_ASAR|CHROME_DESKTOP|NODE_CHANNEL_.*|NODE_UNIQUE_ID|SCORCHMARK_(DIR|ENGINE_PID))$/;
const fromNpm = /^(npm_(lifecycle|package|command|execpath|node_execpath|config_local_prefix).*|INIT_CWD)$/;

/** What the person's shell would give a program: our environment without what is only there because of us. */
export function personEnv(base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const startedByOurNpm = base['npm_package_name'] === 'scorchmark';
  const kept = Object.entries(base).filter(
    ([name]) => !ours.test(name) && !(startedByOurNpm && fromNpm.test(name)),
  );
  return Object.fromEntries(kept);
}

export function withPathFirst(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  // Windows' environment names ignore case, copies of it do not.
  const name = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...env, [name]: env[name] ? folder + path.delimiter + env[name] : folder };
}

/** What makes every Node process below load the agent and announce itself in `folder`. */
export function withAgent(
  env: NodeJS.ProcessEnv,
  folder: string,
  nodeFlags: LaunchSpec['nodeFlags'],
): NodeJS.ProcessEnv {
  return {
    ...env,
    NODE_OPTIONS: appendNodeOptions(env['NODE_OPTIONS'], [
      ...nodeFlags,
      '--require',
      agentFile,
      '--inspect-publish-uid=http',
    ]),
    SCORCHMARK_DIR: folder,
    SCORCHMARK_ENGINE_PID: String(process.pid),
  };
}
