/** CodeMirror: self time and samples of each line in a gutter of its own, hot lines tinted. */
import { Compartment, RangeSetBuilder, type Extension, type Text } from '@codemirror/state';
import { Decoration, EditorView, GutterMarker, gutter } from '@codemirror/view';
import type { LineHeat } from './heat';

export interface HeatOptions {
  lines: ReadonlyMap<number, LineHeat>;
  /** A value of the profile's unit as text, short and exact. */
  format: (value: number) => string;
  exact: (value: number) => string;
}

class HeatMarker extends GutterMarker {
  constructor(
    private readonly text: string,
    private readonly title: string,
    private readonly heat: number,
  ) {
    super();
  }

  override eq(other: GutterMarker): boolean {
    return other instanceof HeatMarker && other.title === this.title && other.heat === this.heat;
  }

  override toDOM(): Node {
    const element = document.createElement('div');
    element.className = 'source-heat';
    element.title = this.title;
    element.style.setProperty('--heat', this.heat.toFixed(3));
    const value = document.createElement('span');
    value.textContent = this.text;
    element.append(value);
    return element;
  }
}

const compartment = new Compartment();

/** To be put into the editor once; `showHeat` fills it. */
export function heatSlot(): Extension {
  return compartment.of([]);
}

export function showHeat(view: EditorView, options: HeatOptions): void {
  view.dispatch({ effects: compartment.reconfigure(heatOf(view.state.doc, options)) });
}

function heatOf(doc: Text, { lines, format, exact }: HeatOptions): Extension {
  if (lines.size === 0) return [];
  const markers = new Map<number, HeatMarker>();
  const tints = new RangeSetBuilder<Decoration>();
  for (const [line, { self, ticks, heat, share }] of [...lines].sort(([a], [b]) => a - b)) {
    if (line > doc.lines) continue;
    const percent = `${(share * 100).toFixed(1)} % of this file`;
    const samples =
      ticks > 0 ? `, ${ticks.toLocaleString('en')} samples on this line in the whole recording` : '';
    markers.set(line, new HeatMarker(format(self), `${exact(self)} self, ${percent}${samples}`, heat));
    const { from } = doc.line(line);
    if (heat >= 0.02)
      tints.add(
        from,
        from,
        Decoration.line({ attributes: { class: 'source-hot', style: `--heat: ${heat.toFixed(3)}` } }),
      );
  }
  return [
    gutter({
      class: 'source-heat-gutter',
      lineMarker: (view, block) => markers.get(view.state.doc.lineAt(block.from).number) ?? null,
      initialSpacer: () => new HeatMarker(widest([...markers.values()].map((each) => each['text'])), '', 0),
    }),
    EditorView.decorations.of(tints.finish()),
  ];
}

function widest(texts: string[]): string {
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
}
