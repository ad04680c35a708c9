/** Undo and redo of a small editor: changes that follow each other quickly are one step. */
import { Transaction, type ChangeSet, type Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';

interface Step {
  /** What undoes it. */
  inverse: ChangeSet;
  atMs: number;
}

const together = 600;
const mostSteps = 500;

/** Ctrl/⌘-Z takes back, with Shift (or Ctrl-Y) it is done again. */
export function undoable(): Extension {
  let done: Step[] = [];
  let undone: Step[] = [];
  let replaying = false;

  const replay = (view: EditorView, from: Step[], to: Step[]): boolean => {
    const step = from.pop();
    if (!step) return false;
    const inverse = step.inverse.invert(view.state.doc);
    replaying = true;
    view.dispatch({ changes: step.inverse, scrollIntoView: true });
    replaying = false;
    to.push({ inverse, atMs: -Infinity });
    return true;
  };
  const undo = (view: EditorView): boolean => replay(view, done, undone);
  const redo = (view: EditorView): boolean => replay(view, undone, done);

  return [
    EditorView.updateListener.of((update) => {
      if (!update.docChanged || replaying) return;
      const isOutside = update.transactions.some(
        (each) => each.annotation(Transaction.addToHistory) === false,
      );
      if (isOutside) {
        done = [];
        undone = [];
        return;
      }
      undone = [];
      const inverse = update.changes.invert(update.startState.doc);
      const last = done.at(-1);
      const now = performance.now();
      if (last && now - last.atMs < together)
        done[done.length - 1] = { inverse: inverse.compose(last.inverse), atMs: now };
      else done.push({ inverse, atMs: now });
      if (done.length > mostSteps) done.shift();
    }),
    EditorView.domEventHandlers({
      beforeinput(event, view) {
        if (event.inputType === 'historyUndo') return undo(view);
        if (event.inputType === 'historyRedo') return redo(view);
        return false;
      },
    }),
    keymap.of([
      { key: 'Mod-z', run: undo, preventDefault: true },
      { key: 'Mod-y', run: redo, preventDefault: true },
      { key: 'Mod-Shift-z', run: redo, preventDefault: true },
    ]),
  ];
}
