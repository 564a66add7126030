/** What an element itself says in an attribute `data-…`. Its dataset would also tell what the page put on Object.prototype. */
export const mark = (element: Element, name: string): string | null => element.getAttribute(`data-${name}`);
