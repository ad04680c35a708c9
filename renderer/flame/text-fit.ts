/** Cuts text to a width on a canvas; measures every character once. */

const plain = /^[\x20-\x7e]*$/;
/** Texts of which it is remembered whether they are plain. */
const mostKept = 20_000;

export class TextFitter {
  private readonly widths = new Map<string, number>();
  private readonly isPlain = new Map<string, boolean>();
  private readonly context: CanvasRenderingContext2D;
  readonly font: string;
  /** Width of every printable ASCII character; 0 when the font is not monospaced after all. */
  private readonly advance: number;

  constructor(context: CanvasRenderingContext2D, font: string) {
    this.context = context;
    this.font = font;
    const widths = ['i', 'W', 'm', '.', '…'].map((character) => this.widthOf(character));
    this.advance = widths.every((width) => Math.abs(width - widths[0]!) < 0.01) ? widths[0]! : 0;
  }

  private widthOf(character: string): number {
    let width = this.widths.get(character);
    if (width === undefined) {
      this.context.font = this.font;
      width = this.context.measureText(character).width;
      this.widths.set(character, width);
    }
    return width;
  }

  /** The text, its beginning with an ellipsis, or '' when not even four characters fit. */
  fit(text: string, maxWidth: number): string {
    if (this.advance > 0 && this.plainText(text)) {
      const room = Math.floor(maxWidth / this.advance + 1e-6);
      if (text.length <= room) return text;
      return room >= 4 ? `${text.slice(0, room - 1)}…` : '';
    }
    return this.measured(text, maxWidth);
  }

  private plainText(text: string): boolean {
    let known = this.isPlain.get(text);
    if (known === undefined) {
      if (this.isPlain.size > mostKept) this.isPlain.clear();
      this.isPlain.set(text, (known = plain.test(text)));
    }
    return known;
  }

  private measured(text: string, maxWidth: number): string {
    const ellipsis = this.widthOf('…');
    let width = 0;
    let cut = 0;
    let cutCharacters = 0;
    for (const character of text) {
      width += this.widthOf(character);
      if (width > maxWidth) return cutCharacters >= 3 ? `${text.slice(0, cut)}…` : '';
      if (width <= maxWidth - ellipsis) {
        cut += character.length;
        cutCharacters++;
      }
    }
    return text;
  }
}
