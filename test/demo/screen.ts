/** How the demo looks: coloured on a terminal, plain when piped. */

import { styleText } from 'node:util';
import { hasColor, widthOf } from '../../src/cli/terminal.ts';

type Style = Parameters<typeof styleText>[0];

/** Writes the story to a stream. */
export class Screen {
  readonly #stream: NodeJS.WriteStream;
  #chapter = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  line(text = ''): void {
    this.#stream.write(`${text}\n`);
  }

  /** Begins a chapter, with a sentence on what it shows. */
  chapter(title: string, about: string): void {
    this.#chapter += 1;
    this.line();
    this.line(this.#styled('bold', `${this.#chapter}. ${title}`));
    this.line(`   ${about}`);
  }

  /** A command as it is run. */
  command(text: string): void {
    this.line(`   ${this.#styled('cyan', `$ ${text}`)}`);
  }

  /** What a command answered. */
  output(text: string): void {
    for (const line of text.trimEnd().split('\n')) this.line(this.#styled('dim', `     ${line}`.trimEnd()));
  }

  /** A chart, drawn for what this stream can show. */
  chart(draw: (look: { readonly width: number; readonly color: boolean }) => readonly string[]): void {
    this.line();
    for (const line of draw({ width: widthOf(this.#stream), color: hasColor(this.#stream, process.env) }))
      this.line(line);
    this.line();
  }

  /** What was expected and has come true. */
  seen(text: string): void {
    this.line(`   ${this.#styled('green', '✓')} ${text}`);
  }

  /** What was expected and has not come true. */
  missed(text: string): void {
    this.line(`   ${this.#styled('red', '✗')} ${text}`);
  }

  // The stream decides: no colour where it is no terminal, or where NO_COLOR is set.
  #styled(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#stream });
  }
}
