/** A scenario as text, to edit. A chunk of its own (`lazy`): CodeMirror is loaded when somebody wants text. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { search, searchKeymap } from '@codemirror/search';
import {
  EditorSelection,
  EditorState,
  StateEffect,
  StateField,
  Transaction,
  type StateCommand,
} from '@codemirror/state';
import {
  Decoration,
  EditorView,
  drawSelection,
  keymap,
  lineNumbers,
  type DecorationSet,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef, type ReactElement } from 'react';
import { undoable } from './editor-history';
import { yamlLanguage } from './yaml-language';
import '../../../source/source.css';

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--sm-code-function)' },
  { tag: tags.string, color: 'var(--sm-code-string)' },
  { tag: tags.comment, color: 'var(--sm-code-comment)', fontStyle: 'italic' },
  { tag: [tags.number, tags.bool], color: 'var(--sm-code-number)' },
  { tag: tags.typeName, color: 'var(--sm-code-type)' },
]);

/** The line that cannot be read (from 1), or null. */
const setWrongLine = StateEffect.define<number | null>();
const wrongLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let changed = marks.map(transaction.changes);
    for (const effect of transaction.effects)
      if (effect.is(setWrongLine)) {
        const { doc } = transaction.state;
        const line = effect.value;
        changed =
          line === null || line < 1
            ? Decoration.none
            : Decoration.set([
                Decoration.line({ class: 'scenario-wrong-line' }).range(
                  doc.line(Math.min(line, doc.lines)).from,
                ),
              ]);
      }
    return changed;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** A new line begins where the last one did. */
const newLine: StateCommand = ({ state, dispatch }) => {
  dispatch(
    state.update(
      state.changeByRange((range) => {
        const line = state.doc.lineAt(range.from);
        const indent = /^\s*/.exec(line.text.slice(0, range.from - line.from))?.[0] ?? '';
        const insert = `\n${indent}`;
        return {
          changes: { from: range.from, to: range.to, insert },
          range: EditorSelection.cursor(range.from + insert.length),
        };
      }),
      { scrollIntoView: true, userEvent: 'input' },
    ),
  );
  return true;
};

interface Props {
  text: string;
  onChange: (text: string) => void;
  wrongAtLine: number | null;
}

export default function ScenarioText({ text, onChange, wrongAtLine }: Props): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const latest = useRef({ text, onChange });
  useEffect(() => {
    latest.current = { text, onChange };
  });
  useEffect(() => {
    if (!host.current) return;
    const view = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [
          EditorView.contentAttributes.of({
            'aria-label': 'Scenario as text',
            'data-testid': 'scenario-text',
          }),
          lineNumbers(),
          drawSelection(),
          search({ top: true }),
          undoable(),
          keymap.of([{ key: 'Enter', run: newLine }, ...searchKeymap]),
          yamlLanguage,
          syntaxHighlighting(colours),
          wrongLine,
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    editor.current = view;
    return () => {
      editor.current = null;
      view.destroy();
    };
  }, []);
  useEffect(() => {
    const view = editor.current;
    // Not what was just typed: an import, another target.
    if (view && view.state.doc.toString() !== text)
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        annotations: Transaction.addToHistory.of(false),
      });
  }, [text]);
  useEffect(() => editor.current?.dispatch({ effects: setWrongLine.of(wrongAtLine) }), [wrongAtLine, text]);
  return (
    <div
      ref={host}
      className="scenario-text source-code"
      onKeyDown={(event) => {
        // The editor's keys are its own.
        event.stopPropagation();
      }}
    />
  );
}
