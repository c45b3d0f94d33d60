/** Answers by the number that was asked for, each worked out once. At `most` of them it forgets all, so that memory has a bound. */
export class Remembered<Answer> {
  readonly #answers = new Map<number, Answer>();
  readonly #most: number;
  readonly #find: (asked: number) => Answer;

  constructor(most: number, find: (asked: number) => Answer) {
    this.#most = most;
    this.#find = find;
  }

  of(asked: number): Answer {
    const known = this.#answers.get(asked);
    if (known !== undefined) {
      return known;
    }
    if (this.#answers.size >= this.#most) {
      this.#answers.clear();
    }
    const answer = this.#find(asked);
    this.#answers.set(asked, answer);
    return answer;
  }
}
