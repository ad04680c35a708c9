/** Cuts text to a width on a canvas; measures every character once. */
export class TextFitter {
  private readonly widths = new Map<string, number>();
  private readonly context: CanvasRenderingContext2D;
  readonly font: string;

  constructor(context: CanvasRenderingContext2D, font: string) {
    this.context = context;
    this.font = font;
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

  /** The text, its beginning with an ellipsis, or '' when not even three characters fit. */
  fit(text: string, maxWidth: number): string {
    const ellipsis = this.widthOf('…');
    let width = 0;
    let cut = 0;
    let cutCharacters = 0;
    for (const character of text) {
      width += this.widthOf(character);
      if (width > maxWidth) return cutCharacters >= 2 ? `${text.slice(0, cut)}…` : '';
      if (width <= maxWidth - ellipsis) {
        cut += character.length;
        cutCharacters++;
      }
    }
    return text;
  }
}
