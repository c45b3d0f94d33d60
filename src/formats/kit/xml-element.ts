/** One element with all that is in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text and CDATA, joined. */
  readonly text: string;
}

/** The text of the first child of that name; undefined where there is none or it is empty. */
export function childText(element: XmlElement, name: string): string | undefined {
  const text = element.children.find((child) => child.name === name)?.text.trim();
  return text === '' ? undefined : text;
}

/** The texts of all children of that name. */
export function childTexts(element: XmlElement, name: string): readonly string[] {
  return childrenOf(element, name)
    .map((child) => child.text.trim())
    .filter((text) => text !== '');
}

export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}
