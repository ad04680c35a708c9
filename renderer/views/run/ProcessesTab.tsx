import type { ProcessInfo, ThreadInfo } from '../../../main/api';
import { formatNumber, formatTime, noValue } from '../../../profiles/format';
import { EmptyView } from '../../components/EmptyView';
import { threadsOf, type RecordingModel } from '../../state/recording';
import { useRoute } from '../../state/selection';
import { threadTitle } from './thread-title';
import type { ViewedRun } from './viewed-run';

/** Every process and thread that was seen, with when it lived. A click shows only it. */
export function ProcessesTab({ run }: { run: ViewedRun }) {
  const { model } = run;
  const threads = threadsOf(model);
  if (threads.length === 0)
    return (
      <EmptyView title={model.live ? 'No process yet' : 'No Node process was seen'}>
        {model.live
          ? 'Every Node process and worker thread that the command starts appears here.'
          : 'The command ended before a Node process reported itself. Its output may say why.'}
      </EmptyView>
    );
  return (
    <div className="scroll">
      <table className="table sticky-head">
        <thead>
          <tr>
            <th scope="col">Process or thread</th>
            <th scope="col" className="number">
              Pid
            </th>
            <th scope="col" className="number">
              Parent
            </th>
            <th scope="col">Command</th>
            <th scope="col">Node</th>
            <th scope="col" className="number">
              Started
            </th>
            <th scope="col" className="number">
              Ended
            </th>
            <th scope="col">Exit</th>
            <th scope="col" className="number">
              CPU samples
            </th>
          </tr>
        </thead>
        <tbody>
          {threads.map((thread) => (
            <ThreadRow key={thread.key} thread={thread} process={thread.process} run={run} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ThreadRow(props: { thread: ThreadInfo; process: ProcessInfo | undefined; run: ViewedRun }) {
  const { thread, process, run } = props;
  const select = useRoute((state) => state.select);
  const { model, selection } = run;
  const isMain = thread.workerId === 0;
  const endedUs = isMain ? (thread.endedUs ?? process?.endedUs) : thread.endedUs;
  const only = selection.threads?.length === 1 && selection.threads[0] === thread.key;
  return (
    <tr aria-selected={only}>
      <td className={isMain ? 'cell-name' : 'cell-name thread-child'}>
        <button
          type="button"
          className="link ellipsis"
          title={only ? 'Show all threads again' : 'Show only this thread in every view'}
          onClick={() => select({ threads: only ? null : [thread.key] })}
        >
          {threadTitle(thread)}
        </button>
      </td>
      <td className="number">{process?.pid ?? noValue}</td>
      <td className="number">{isMain ? (process?.ppid ?? noValue) : ''}</td>
      <td className="mono muted cell-command" title={process?.argv.join(' ')}>
        {isMain ? process?.argv.join(' ') : ''}
      </td>
      <td>{isMain ? process?.nodeVersion : ''}</td>
      <td className="number">{formatTime(thread.startedUs)}</td>
      <td className="number">
        {endedUs === undefined ? (model.live ? 'alive' : noValue) : formatTime(endedUs)}
      </td>
      <td>{isMain ? exitOf(model, process) : ''}</td>
      <td className="number">{formatNumber(model.cpu.get(thread.key)?.sampleCount ?? 0)}</td>
    </tr>
  );
}

/** What the timeline says about the end of a process; for the first one, also what the run says. */
function exitOf(model: RecordingModel, process: ProcessInfo | undefined): string {
  if (!process) return '';
  const mark = model.marks.findLast((each) => each.kind === 'process-exit' && each.pid === process.pid);
  const { exit, processes } = model.state;
  if (exit && processes[0]?.pid === process.pid) {
    if (exit.signal) return `signal ${exit.signal}${exit.stoppedByUs ? ', stopped by Scorchmark' : ''}`;
    if (exit.code !== null) return `code ${exit.code}${exit.stoppedByUs ? ', stopped by Scorchmark' : ''}`;
  }
  return mark?.kind === 'process-exit' ? mark.text : '';
}
