/** Few texts that are said very often, each by a number of its own from 0. */
export class Numbered {
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) {
      return known;
    }
    const number = this.#texts.push(text) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  /** Of a number that was given. */
  textOf(number: number): string {
    return this.#texts[number] as string;
  }
}
