/** Read-only code with heat per line. A chunk of its own (`lazy`): CodeMirror is loaded when somebody looks at source. */
import { javascript } from '@codemirror/lang-javascript';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, RangeSet, type Extension } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  drawSelection,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef, type ReactElement } from 'react';
import { heatSlot, showHeat, type HeatOptions } from './heat-gutter';
import './source.css';

export interface CodeViewProps {
  text: string;
  url: string;
  /** Where the selected function begins; 0 = unknown. */
  line: number;
  column: number;
  heat: HeatOptions;
  label: string;
}

/** A line longer than this was not written by a person; colouring it would stop the window. */
const longestColouredLine = 20_000;
const longestColouredText = 3_000_000;

/** The colours are variables of the theme (source.css). */
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--sm-code-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--sm-code-string)' },
  { tag: [tags.comment], color: 'var(--sm-code-comment)', fontStyle: 'italic' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--sm-code-number)' },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName)],
    color: 'var(--sm-code-function)',
  },
  { tag: [tags.typeName, tags.className, tags.namespace], color: 'var(--sm-code-type)' },
]);

export default function CodeView(props: CodeViewProps): ReactElement {
  const { text, url, line, column, heat, label } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);

  useEffect(() => {
    const view = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: text,
        extensions: [
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label, 'aria-readonly': 'true' }),
          lineNumbers(),
          highlightSpecialChars(),
          drawSelection(),
          highlightSelectionMatches(),
          search({ top: true }),
          keymap.of(searchKeymap),
          heatSlot(),
          marked(text, line, column),
          languageOf(url, text),
        ],
      }),
    });
    editor.current = view;
    goTo(view, line, column);
    return () => {
      editor.current = null;
      view.destroy();
    };
  }, [text, url, line, column, label]);

  useEffect(() => {
    if (editor.current) showHeat(editor.current, heat);
  }, [heat, text, url, line, column, label]);

  return (
    <div
      ref={host}
      className="source-code"
      onKeyDown={(event) => {
        // The editor's keys are its own: typing in its search must not reach the window's shortcuts.
        event.stopPropagation();
      }}
    />
  );
}

function languageOf(url: string, text: string): Extension {
  if (text.length > longestColouredText || hasLongLine(text)) return [];
  const path = url.replace(/[?#].*$/, '');
  const typescript = /\.[cm]?tsx?$/.test(path);
  return [javascript({ typescript, jsx: !/\.[cm]?ts$/.test(path) }), syntaxHighlighting(colours)];
}

function hasLongLine(text: string): boolean {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    if ((end === -1 ? text.length : end) - from > longestColouredLine) return true;
    if (end === -1) return false;
    from = end + 1;
  }
  return false;
}

/** The selected function's line, and in very long lines the place itself. */
function marked(text: string, line: number, column: number): Extension {
  if (line <= 0) return [];
  return EditorView.decorations.of((view) => {
    const { doc } = view.state;
    if (line > doc.lines) return Decoration.none;
    const { from, to, length } = doc.line(line);
    const ranges = [Decoration.line({ class: 'source-selected' }).range(from)];
    if (length > 400 && column > 0 && from + column - 1 < to)
      ranges.push(
        Decoration.mark({ class: 'source-place' }).range(from + column - 1, Math.min(to, from + column + 39)),
      );
    return RangeSet.of(ranges);
  });
}

/** Scrolls the editor alone: CodeMirror's own way would scroll whatever is around it, too. */
function goTo(view: EditorView, line: number, column: number): void {
  const { doc } = view.state;
  if (line <= 0 || line > doc.lines) return;
  const { from, to } = doc.line(line);
  const at = Math.min(to, from + Math.max(0, column - 1));
  view.dispatch({ selection: { anchor: at } });
  view.requestMeasure({
    read: () => ({
      top: view.lineBlockAt(at).top - view.scrollDOM.clientHeight / 3,
      left: (at - from) * view.defaultCharacterWidth - view.scrollDOM.clientWidth / 3,
      width: view.scrollDOM.clientWidth,
    }),
    write: ({ top, left, width }) => {
      view.scrollDOM.scrollTop = Math.max(0, top);
      // Code that people wrote is read from the left; in minified lines the place is far away.
      if (left > width) view.scrollDOM.scrollLeft = left;
    },
  });
}
