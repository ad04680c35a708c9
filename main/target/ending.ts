/** Why a target ended badly, in a person's words. A pure function of what was seen. */
import type { RunWarning } from '../api';
import { AppError } from '../errors';
import { nodeTooOld } from './node-binary';

/** A command that fails faster than this most likely never did its job. */
const earlyMs = 1000;

export interface SeenEnd {
  code: number | null;
  signal: string | null;
  stoppedByUs: boolean;
  /** Any Node process showed itself. */
  announced: boolean;
  /** Any isolate was recorded. */
  recorded: boolean;
  /** From the first line of the program to the command's end. */
  ranMs: number;
  commandLine: string;
  lastOutput: string[];
  portInUse: number | undefined;
  tooOldVersion: string | undefined;
  refusals: string[];
}

const notNodeHint =
  'Give a command that runs Node: node, npm, npx, tsx, or a program of the project. A command that replaces NODE_OPTIONS or starts Node inside a container cannot be recorded this way.';

function outcome({ code, signal }: Pick<SeenEnd, 'code' | 'signal'>): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

/** Node's complaint about an option, if the command died of one. */
function refusedOption(lines: string[]): string | undefined {
  return lines.find((line) =>
    /is not allowed in NODE_OPTIONS|: bad option: |requires an argument$/.test(line),
  );
}

/** V8 aborts the process after printing this. */
function ranOutOfMemory({ signal, code, lastOutput }: SeenEnd): boolean {
  const aborted = signal === 'SIGABRT' || code === 134;
  return aborted && lastOutput.some((line) => /FATAL ERROR: .*heap out of memory/.test(line));
}

/** Why nothing came of it; undefined for an ordinary end, however it went. */
export function explainEnd(seen: SeenEnd): AppError | undefined {
  const details = seen.lastOutput.join('\n');
  const failed = seen.code !== 0;
  if (seen.tooOldVersion !== undefined) return nodeTooOld(seen.tooOldVersion, `The command's Node`);
  if (seen.stoppedByUs) return undefined;
  if (!seen.announced) return explainUnseen(seen, details);
  if (failed && seen.portInUse !== undefined)
    return new AppError(
      'PORT_IN_USE',
      `The program could not listen on port ${seen.portInUse}: it is already in use.`,
      {
        hint: 'End the program that uses it (perhaps another copy of this one), or give this one another port.',
        details,
      },
    );
  if (!seen.recorded && seen.refusals.length > 0)
    return new AppError(
      'INSPECTOR_REFUSED',
      'The program ran, but its inspector refused, so nothing was recorded.',
      {
        hint: 'Node’s permission model and policies can forbid the inspector; run the program without them to profile it.',
        details: seen.refusals.join('\n'),
      },
    );
  if (failed && ranOutOfMemory(seen))
    return new AppError(
      'TARGET_DIED_EARLY',
      `The program ran out of memory after ${(seen.ranMs / 1000).toFixed(1)} s: its JavaScript heap reached its limit (${outcome(seen)}).`,
      {
        hint: 'What was recorded until then is kept; the allocation view shows what filled the heap. Node’s --max-old-space-size sets the limit.',
        details,
      },
    );
  if (failed && seen.ranMs < earlyMs)
    return new AppError(
      'TARGET_DIED_EARLY',
      `The program ended right after its start, with ${outcome(seen)}.`,
      {
        hint: 'Its last output says why; what was recorded until then is kept.',
        details,
      },
    );
  return undefined;
}

function explainUnseen(seen: SeenEnd, details: string): AppError {
  const refused = seen.code === 0 ? undefined : refusedOption(seen.lastOutput);
  if (refused?.includes('--inspect-publish-uid'))
    return new AppError('NODE_TOO_OLD', `The command's Node is too old to be profiled.`, {
      hint: 'Scorchmark needs Node 18 or newer: choose another Node binary for this run.',
      details,
    });
  if (refused !== undefined)
    return new AppError('NODE_FLAG_REFUSED', `Node refused to start: ${refused}`, {
      hint: 'Check the Node flags of this run and NODE_OPTIONS.',
      details,
    });
  // With a permission to read, the agent is loaded, but cannot say so.
  if (/ERR_ACCESS_DENIED/.test(details) || /(^|\s)--(experimental-)?permission(\s|$)/.test(seen.commandLine))
    return new AppError('INSPECTOR_REFUSED', 'Node’s permission model kept the profiler out.', {
      hint: 'Run the program without --permission to profile it.',
      details,
    });
  return new AppError(
    'NOT_NODE',
    `${seen.commandLine} ended with ${outcome(seen)} and no Node process was seen.`,
    {
      hint: notNodeHint,
      details,
    },
  );
}

export function silentTargetWarning(tUs: number, commandLine: string): RunWarning {
  return {
    tUs,
    source: 'target',
    message: `${commandLine} is running, but no Node process has shown itself yet.`,
    hint: /--inspect-(brk|wait)/.test(commandLine)
      ? 'Without --inspect-brk or --inspect-wait: Node waits for a debugger before it loads anything.'
      : notNodeHint,
  };
}
